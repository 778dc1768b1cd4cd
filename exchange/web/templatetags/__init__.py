"""Template tags; `parley` is built in, so templates load nothing.

Formatting itself lives in `exchange/web/numbers.py`, `times.py` and `addresses.py`, where it is tested without
templates.
"""
