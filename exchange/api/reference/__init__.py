"""The human reference at `/docs/api`: every call of the OpenAPI document with examples, and every code one by one.

May import what the API may; draws with the site's templates and no script.
Start reading at `pages.py`.
"""
