"""The bodies of the API as pydantic models: requests are read through them, answers are described by them.

May import core only. A request model refuses unknown names; an answer may grow fields, never lose or rename one.
Start reading at `fields.py`.
"""
