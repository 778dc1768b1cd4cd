"""The house rules as tests: sizes, names, numbers, imports, lock files. They read source, they run none of it.

May import import-linter and the standard library only. Start reading at `source.py`, which finds the files; a rule
that needs an exception names it in its own file, with the reason beside it.
"""
