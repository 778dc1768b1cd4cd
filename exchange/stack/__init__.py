"""The embedded default: PostgreSQL, Redis, Anvil and all of Parley's processes, started by one command.

Composition only: it may look at every package but imports none of them, so that it starts before Django does, and
nothing but management commands and tests imports it. Everything it keeps lies in `.parley/`. Start reading at `up.py`
(the order of things), then `supervisor.py` (one child's life) and `front.py` (the port the browser talks to).
"""
