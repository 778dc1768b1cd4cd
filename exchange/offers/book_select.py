"""The columns of a row of the book, and the one query that reads a page of them."""

import re
from functools import lru_cache
from typing import Any

from exchange.core.prepared import prepared_cursor

# The sizes of the API and the pages, each with the one row that tells whether there is a next page.
_SIZES = (26, 51, 101, 1001)
_NAMED = re.compile(r"%\((\w+)\)s")

_COLUMNS = (
    "id",
    "code",
    "side",
    "state",
    "hidden",
    "version",
    "price_type",
    "fixed_price",
    "margin_bps",
    "floor_price",
    "ceiling_price",
    "formula",
    "formula_price",
    "formula_until",
    "formula_problem",
    "min_fiat",
    "max_fiat",
    "remaining_units",
    "payment_window",
    "approve_by_hand",
    "min_finished_trades",
    "first_trade_max",
    "country",
    "open_from",
    "open_until",
    "open_days",
    "time_zone",
    "method_keys",
)
_MAKER = ("maker", "address", "name", "last_active_at", "is_active", "finished", "abandoned")
_NAMES = (*_COLUMNS, *_MAKER, "paused", "key")
# Everything a page shows in one query; the standing is reputation's table, read by name (see `book_runs._joins`).
_ROWS = (
    f"SELECT {', '.join(f'o.{column}' for column in _COLUMNS)},"  # noqa: S608
    " a.id, a.address, a.name, a.last_active_at, a.is_active, coalesce(s.finished, 0), coalesce(s.abandoned, 0),"
    " r.paused, r.key"
    " FROM ({keys}) r JOIN offers_offer o ON o.id = r.id JOIN accounts_account a ON a.id = o.maker_id"
    " LEFT JOIN reputation_standing s ON s.account_id = o.maker_id"
    " ORDER BY {order}"
)
# The rows of given offers, in the order of their keys.
OF_KEYS = _ROWS.format(
    keys=(
        "SELECT u.id, false AS paused, u.place::numeric AS key"
        " FROM unnest(%(keys)s::bigint[]) WITH ORDINALITY u(id, place)"
    ),
    order="r.key",
)


def whole_rows(keys: str, *, direction: str) -> str:
    """Return SQL for everything a page shows of the offers that the SQL `keys` finds, in their order."""
    return _ROWS.format(keys=keys, order=f"r.paused, r.key {direction}, r.id")


def rows_asked(limit: int) -> int:
    """Return how many rows to ask for so that `limit` are among them: few sizes, so that few queries are prepared."""
    return next(size for size in _SIZES if size >= limit)


def fetch(sql: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of `sql` by the names of their columns."""
    # Planning such a query costs several times its execution. So it is prepared once a connection: what decides the
    # plan (side, filters, methods, size) stands in its text, what changes from page to page comes as parameters.
    numbered, names = _numbered(sql)
    with prepared_cursor() as cursor:
        cursor.execute(numbered, [params[name] for name in names], prepare=True, binary=True)
        return [dict(zip(_NAMES, record, strict=True)) for record in cursor.fetchall()]


@lru_cache(maxsize=500)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return `sql` with numbers for its named parameters, and the names: done once, it is longer than psycopg keeps."""
    places: dict[str, int] = {}
    text = _NAMED.sub(lambda found: f"${places.setdefault(found[1], len(places) + 1)}", sql)
    return text, tuple(places)
