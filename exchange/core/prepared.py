"""Statements that PostgreSQL plans once a connection: for the few whose planning costs more than their execution.

Django merges parameters into the text and leaves nothing to prepare (docs/market.md tells what that costs).
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

# A prepared query of the book takes up to a megabyte of its connection's memory; the least used one makes room.
MOST_PREPARED = 40


@contextmanager
def prepared_cursor() -> Generator[psycopg.RawCursor[Any]]:
    """Yield a cursor on Django's connection that takes `$1`, `$2` and raises Django's database errors.

    Execute with `prepare=True`; what decides the plan should stand in the text, what changes in the parameters.
    """
    connection.ensure_connection()
    connection.connection.prepared_max = MOST_PREPARED
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        yield cursor
