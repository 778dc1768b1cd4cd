"""Webhooks: a channel of its own beside notifications, which calls a program's address when something concerns it.

May import everything below the faces. An event becomes one delivery per address (`handlers.py`), a sweep sends what is
due (`deliver.py`) through the one door that never reaches inside our network (`door.py`).
Start reading at `actions.py`.
"""
