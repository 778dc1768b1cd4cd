"""Figures: each module measures one and prints a JSON line a case, its limit or peer in the same interleaved run.

`make bench-NAME` runs `bench/NAME.py`; files that begin with `_` are what several of them share. Nothing here is a
test: a missed goal is printed as missed and fails nothing. Start reading at `_figure.py`.
"""
