"""Compare-and-set: a row changes only from the state its writer has seen."""

from typing import Any

from django.db.models import QuerySet

from exchange.core.errors import Conflict


def update_expecting_one(rows: QuerySet[Any], /, **values: Any) -> None:
    """Update the single row that `rows` selects by key *and* expected state. Raises `Conflict` if it has moved on."""
    changed = rows.update(**values)
    if changed != 1:
        raise Conflict()
