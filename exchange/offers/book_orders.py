"""The book in other orders than by price: newest first, most trusted maker first, fastest maker first. Pure text.

Each order is one index scan over the pair (`book_indexes.py`): all offers that have a price just now, and behind
them the paused ones as `book_runs` puts them. Trust and speed are columns of the offer, kept up by reputation
(`standings.py`), so that no page sorts makers. Among equals the oldest offer comes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchange.offers.book_conditions import in_row, page_params
from exchange.offers.book_filters import Filters, Order, Position
from exchange.offers.book_runs import MARGIN_PRICE, conditions, direction, paused_scans
from exchange.offers.models import Side

_WITH_MARKET = f"least(greatest({MARGIN_PRICE}, o.floor_price), o.ceiling_price)"
_FORMULA = "CASE WHEN o.formula_until >= %(now)s THEN o.formula_price END"


@dataclass(frozen=True, slots=True)
class _Scan:
    """One index order: the column, and whether its largest value comes first."""

    column: str
    largest_first: bool


_SCANS: Mapping[Order, _Scan] = {
    Order.NEWEST: _Scan("o.id", largest_first=True),
    Order.TRUST: _Scan("o.maker_trust", largest_first=True),
    Order.SPEED: _Scan("o.maker_speed", largest_first=False),
}


def select_ordered(
    filters: Filters, *, market: Decimal | None, after: Position | None, limit: int, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return SQL and parameters for (id, paused, key) of the next `limit` offers in the order that `filters` names.

    `key` grows in the direction of `book_runs.direction`, whatever the order, so that pages are merged and read alike.
    """
    params = page_params(filters, market=market, now=now)
    parts = [] if after is not None and after.paused else [_scan(filters, market, after, limit, params)]
    parts += paused_scans(filters, market=market, after=after, limit=limit, params=params)
    union = " UNION ALL ".join(parts)
    order = f"paused, key {direction(filters.side)}, id"
    return f"SELECT id, paused, key FROM ({union}) r ORDER BY {order} LIMIT {limit}", params  # noqa: S608


def _scan(filters: Filters, market: Decimal | None, after: Position | None, limit: int, params: dict[str, Any]) -> str:
    scan = _SCANS[filters.order]
    price = _price(market)
    listed = list(conditions(filters))
    sign = 1 if scan.largest_first != (filters.side is Side.SELL) else -1
    if after is not None:
        params["reached"], params["offer"] = int(sign * after.key), after.offer
        beyond = "<" if scan.largest_first else ">"
        listed.append(f"{scan.column} {beyond}= %(reached)s")
        listed.append(f"({scan.column} <> %(reached)s OR o.id > %(offer)s)")
    fits = " AND ".join([f"{price} IS NOT NULL", *in_row(filters, price=price, paused=False)])
    listed.append(f"CASE WHEN {fits} THEN true END")
    way = "DESC" if scan.largest_first else "ASC"
    order = f"{scan.column} {way}" + ("" if scan.column == "o.id" else ", o.id")
    return (
        f"(SELECT o.id, ({sign} * {scan.column})::numeric AS key, false AS paused FROM offers_offer o"  # noqa: S608
        f" WHERE {' AND '.join(listed)} ORDER BY {order} LIMIT {limit})"
    )


def _price(market: Decimal | None) -> str:
    """Return the effective price of a row of any type as SQL, null while it is paused; as `pricing.effective_price`."""
    margin = f" WHEN 'margin' THEN {_WITH_MARKET}" if market is not None else ""
    return f"(CASE o.price_type WHEN 'fixed' THEN o.fixed_price WHEN 'formula' THEN {_FORMULA}{margin} END)"
