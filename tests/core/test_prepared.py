"""Prepared statements are for speed alone: what fails in one fails as everywhere else."""

import pytest
from django.db import DataError, connection, transaction

from exchange.core.prepared import prepared_cursor

pytestmark = pytest.mark.django_db


def test_a_failing_statement_raises_djangos_error_which_is_what_answers_and_retries_go_by() -> None:
    with pytest.raises(DataError), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute("SELECT 1 / $1::integer", [0], prepare=True)


def test_it_works_within_the_transaction_of_its_connection() -> None:
    with transaction.atomic():
        with connection.cursor() as plain:
            plain.execute("CREATE TEMPORARY TABLE written (n integer) ON COMMIT DROP")
            plain.execute("INSERT INTO written VALUES (7)")
        with prepared_cursor() as cursor:
            assert cursor.execute("SELECT n + $1::integer FROM written", [1], prepare=True).fetchall() == [(8,)]
