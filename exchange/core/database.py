"""Which errors say that the database is busy or away: nobody's mistake, and healed by waiting."""

from django.db import OperationalError
from psycopg.errors import IdleInTransactionSessionTimeout


def is_out_of_reach(error: BaseException) -> bool:
    """Return whether `error` means out of connections, locks or time, or no database at all."""
    # psycopg files the end of an idle transaction under internal errors.
    return isinstance(error, OperationalError) or isinstance(error.__cause__, IdleInTransactionSessionTimeout)
