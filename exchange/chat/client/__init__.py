"""The reference client of the trade room for programs: keys, reading and writing a log, and a line that loses nothing.

Imports the pure parts of `chat` only and no Django, so it can be lifted out as it is; the server never imports it.
Start reading at `conversation.py`, then `line.py`.
"""
