"""The runs of the book among the entries of one or a few payment methods (`book_entries.py`). Pure text.

Every run is an index scan in the order of `place`, whatever the method; the rows of several methods are merged and
those with more than one of them counted once. Many methods together leave out little, so then the book itself is read.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exchange.offers.book_filters import Filters
from exchange.offers.models import Side

MOST_APART = 5


def are_read_apart(filters: Filters) -> bool:
    """Return whether the methods asked for are few enough for a scan each."""
    return filters.methods is not None and 0 < len(filters.methods) <= MOST_APART


def places(
    filters: Filters, number: int, *, key: Decimal | int | None, bound: str | None, params: dict[str, Any]
) -> Sequence[str]:
    """Return the part of the index that a scan reads: from `key` on (None: the beginning) up to the SQL `bound`."""
    listed: list[str] = []
    is_sale = filters.side is Side.SELL
    if key is not None:
        params[f"place{number}"] = Decimal(key if is_sale else -key)
        listed.append(f"e.place >= %(place{number})s")
    if bound is not None:
        listed.append(f"e.place <= {bound}" if is_sale else f"e.place <= -({bound})")
    return listed


def entries_of(
    filters: Filters,
    *,
    columns: str,
    run: str,
    place: Sequence[str],
    fits: Sequence[str],
    order: str,
    limit: int,
    params: dict[str, Any],
) -> str:
    """Return one run among the entries of the methods asked for; `fits` is looked up in each offer `o`."""
    methods = {f"method{place}": key for place, key in enumerate(sorted(filters.methods or ()))}
    params |= methods
    # A CASE hides from the planner what it would guess wrongly, see `book_runs._scan`.
    test = f"CASE WHEN {' AND '.join(fits)} THEN true END"
    scans = [
        f"(SELECT {columns} FROM offers_bookentry e JOIN offers_offer o ON o.id = e.offer_id"  # noqa: S608
        f" WHERE {' AND '.join([*_listed(filters, method, run), *place, test])} ORDER BY {order} LIMIT {limit})"
        for method in methods
    ]
    if len(scans) == 1:
        return scans[0]
    way = "ASC" if filters.side is Side.SELL else "DESC"
    return f"(SELECT id, key, paused FROM ({' UNION '.join(scans)}) u ORDER BY key {way}, id LIMIT {limit})"  # noqa: S608


def _listed(filters: Filters, method: str, run: str) -> Sequence[str]:
    return [
        f"e.side = '{filters.side.value}'",
        "e.asset_id = %(asset)s",
        "e.currency_id = %(currency)s",
        f"e.method_key = %({method})s",
        f"e.run = '{run}'",
    ]
