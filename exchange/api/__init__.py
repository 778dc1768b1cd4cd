"""The REST API at `/api/v1/`: the same actions and queries as the pages, described by OpenAPI 3.1.

A route parses, calls one action or query, and renders; errors become RFC 9457 problem details in one place.
Start reading at `root.py` and `routes/`.
"""
