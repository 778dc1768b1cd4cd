"""Market prices: several sources are read, the median of the fresh ones counts, and its age is never hidden.

May import core. `median.py` is pure; `sources/` holds one adapter each; `tasks.py` reads them on a beat.
Start reading at `queries.py` (what others ask for).
"""
