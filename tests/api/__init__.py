"""Tests of the REST API: over Django's own client where one process is enough, over a real gunicorn where it is not.

Every answer is held to the OpenAPI document by the client in `client.py`. Start reading at `matrix.py`.
"""
