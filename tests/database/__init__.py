"""Django's PostgreSQL backend, emptied faster after a test that commits; `tests/template.py` puts it to use."""
