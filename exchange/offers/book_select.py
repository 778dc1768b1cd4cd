"""The columns of a row of the book, and the one query that reads a page of them."""

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from exchange.core.prepared import prepared_cursor
from exchange.offers.book_methods import Method, methods_of

# The sizes of the API and the pages, each with the one row that tells whether there is a next page.
_SIZES = (26, 51, 101, 1001)
_NAMED = re.compile(r"%\((\w+)\)s")


class Record(NamedTuple):
    """What a page reads of an offer, of its maker and of the maker's standing; two that are equal look the same."""

    id: int
    code: str
    side: str
    state: str
    hidden: str
    version: int
    price_type: str
    fixed_price: Decimal | None
    margin_bps: int | None
    floor_price: Decimal | None
    ceiling_price: Decimal | None
    formula: str
    formula_price: Decimal | None
    formula_until: datetime | None
    formula_problem: str
    min_fiat: Decimal
    max_fiat: Decimal
    remaining_units: Decimal
    payment_window: int
    approve_by_hand: bool
    min_finished_trades: int
    first_trade_max: Decimal | None
    country: str
    open_from: int | None
    open_until: int | None
    open_days: int
    time_zone: str
    maker: int
    address: str
    name: str
    last_active_at: datetime | None
    is_active: bool
    finished: int
    abandoned: int
    methods: tuple[Method, ...]


_OF_OFFER = Record._fields[: Record._fields.index("maker")]
# Everything a page shows in one query; the standing is reputation's table, read by name (see `book_runs._joins`).
_ROWS = (
    f"SELECT {', '.join(f'o.{column}' for column in _OF_OFFER)},"  # noqa: S608
    " a.id, a.address, a.name, a.last_active_at, a.is_active, coalesce(s.finished, 0), coalesce(s.abandoned, 0),"
    " o.method_keys, r.paused, r.key"
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


def fetch(sql: str, params: dict[str, Any]) -> list[tuple[Record, bool, Decimal]]:
    """Return (record, whether it stands among the paused, its key) for each row of `whole_rows` or `OF_KEYS`."""
    # Planning such a query costs several times its execution. So it is prepared once a connection: what decides the
    # plan (side, filters, methods, size) stands in its text, what changes from page to page comes as parameters.
    numbered, names = _numbered(sql)
    with prepared_cursor() as cursor:
        cursor.execute(numbered, [params[name] for name in names], prepare=True, binary=True)
        found = cursor.fetchall()
    return [(Record._make((*read, methods_of(keys))), paused, key) for *read, keys, paused, key in found]


@lru_cache(maxsize=500)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return `sql` with numbers for its named parameters, and the names: done once, it is longer than psycopg keeps."""
    places: dict[str, int] = {}
    text = _NAMED.sub(lambda found: f"${places.setdefault(found[1], len(places) + 1)}", sql)
    return text, tuple(places)
