"""Rows for answers: what the domain gives, as the JSON that `schemas/` describes. Pure of permission and of writes.

One module per subject; a route calls one action or query and one function from here.
"""
