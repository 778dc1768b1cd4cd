"""Notifications: one line that says what to do and where, for every event that needs a person.

May import everything below the faces. Handlers are called by the outbox (`wiring.py`) and may run twice.
Start reading at `render.py`.
"""
