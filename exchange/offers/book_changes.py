"""What was changed in the book and by which transaction: written by triggers, read by `book_watch.py`.

Triggers of the database write it (`migrations/0004_book_changes.py`), so that no way of changing what a page shows can
forget to: offers, prices, and what is shown of a maker.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Func

# Longer than a transaction that changes the book should take; whoever reads changes has read them within seconds.
KEEP = timedelta(minutes=2)


class TransactionId(models.Field[int, int]):
    """PostgreSQL's `xid8`: the number of a transaction, never used twice."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002  (Django's signature)
        """Return the type of the column."""
        return "xid8"


class BookChange(models.Model):
    """One transaction has changed the book of a pair such as `ETH/EUR`."""

    pair = models.CharField(max_length=16)
    transaction = TransactionId(db_default=Func(function="pg_current_xact_id"), db_index=True)
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))

    def __str__(self) -> str:
        return f"{self.pair} by transaction {self.transaction}"


def forget_changes(*, now: datetime) -> int:
    """Delete changes that everybody has read; return how many."""
    return BookChange.objects.filter(at__lt=now - KEEP).delete()[0]
