"""The SQL of the order book: a bounded merge of index scans. Pure text and parameters.

For a given market price every offer has one effective price, and the offers fall into four runs, each of which an
index already holds in the order of that price (`models._book_indexes`):

1. fixed prices, ordered by price;
2. margins that neither floor nor ceiling touches, ordered by margin (a higher margin is a higher price);
3. margins held up by their floor: their price *is* the floor, ordered by floor;
4. margins held down by their ceiling, ordered by ceiling.

A page is the first n rows of each run after the cursor, merged: no offer of the true page can be outside, and the cost
does not grow with the book. Without a market price (stale) run 1 comes first, then all margins by margin, paused.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exchange.offers import limits
from exchange.offers.models import Side
from exchange.offers.pricing import with_margin

# Every margin an offer can have, for finding the margin that a price belongs to.
_MARGINS = range(limits.LEAST_MARGIN, limits.MOST_MARGIN + 1)
_MARGIN_PRICE = "round(%(market)s * (10000 + o.margin_bps) * 0.0001, 10)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows the book. `side` is the makers', `methods` keys of payment methods, `amount` fiat."""

    side: Side
    asset_id: int
    currency: str
    decimals: int
    amount: Decimal | None = None
    methods: tuple[int, ...] | None = None
    maker: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The last row of a page: whether it stood among the paused, its price (or margin, if paused) and its key."""

    paused: bool
    key: Decimal
    offer: int


@dataclass(frozen=True, slots=True)
class _Run:
    """One index scan: the column it is ordered by, the effective price, and which offers belong to it."""

    column: str
    price: str
    condition: str
    paused: bool = False


_FIXED = _Run("o.fixed_price", "o.fixed_price", "o.price_type = 'fixed'")
_MARGIN = _Run(
    "o.margin_bps",
    _MARGIN_PRICE,
    f"o.price_type = 'margin' AND (o.floor_price IS NULL OR {_MARGIN_PRICE} >= o.floor_price)"
    f" AND (o.ceiling_price IS NULL OR {_MARGIN_PRICE} <= o.ceiling_price)",
)
_FLOOR = _Run("o.floor_price", "o.floor_price", f"o.floor_price IS NOT NULL AND {_MARGIN_PRICE} < o.floor_price")
_CEILING = _Run(
    "o.ceiling_price", "o.ceiling_price", f"o.ceiling_price IS NOT NULL AND {_MARGIN_PRICE} > o.ceiling_price"
)
_PAUSED = _Run("o.margin_bps", "o.margin_bps::numeric", "o.price_type = 'margin'", paused=True)


def select_keys(
    filters: Filters, *, market: Decimal | None, after: Position | None, limit: int
) -> tuple[str, dict[str, Any]]:
    """Return SQL and parameters for (offer id, paused, key) of the next `limit` offers in book order."""
    params: dict[str, Any] = {
        "asset": filters.asset_id,
        "currency": filters.currency,
        "market": market,
        "scale": Decimal(1).scaleb(-filters.decimals),
        "amount": filters.amount,
        "methods": list(filters.methods or ()),
        "maker": filters.maker,
        "limit": limit,
    }
    runs = [_FIXED, _PAUSED] if market is None else [_FIXED, _MARGIN, _FLOOR, _CEILING]
    way = _direction(filters.side)
    parts = [
        f"(SELECT o.id, {run.price} AS key, {run.paused} AS paused FROM offers_offer o"  # noqa: S608
        " JOIN accounts_account a ON a.id = o.maker_id AND a.is_active"
        f" WHERE {' AND '.join([*_conditions(filters, run), *_after(run, number, after, filters, market, params)])}"
        f" ORDER BY {run.column} {way}, o.id LIMIT %(limit)s)"
        for number, run in enumerate(runs)
        if after is None or not after.paused or run.paused
    ]
    union = " UNION ALL ".join(parts)
    return f"SELECT id, paused, key FROM ({union}) r ORDER BY paused, key {way}, id LIMIT %(limit)s", params  # noqa: S608


def _direction(side: Side) -> str:
    """Return the order of the best price: the cheapest seller and the dearest buyer come first."""
    return "ASC" if side is Side.SELL else "DESC"


def _conditions(filters: Filters, run: _Run) -> Sequence[str]:
    """Return what every row of a run must fulfil, the partial index's own conditions first."""
    listed = [
        "o.state = 'active'",
        f"o.side = '{filters.side.value}'",
        "o.asset_id = %(asset)s",
        "o.currency_id = %(currency)s",
        run.condition,
    ]
    if filters.methods is not None:
        listed.append(
            "EXISTS (SELECT 1 FROM offers_offer_methods w"
            " WHERE w.offer_id = o.id AND w.paymentmethod_id = ANY(%(methods)s))"
        )
    if filters.maker is not None:
        listed.append("o.maker_id = %(maker)s")
    return [*listed, *_quantity(filters, run)]


def _quantity(filters: Filters, run: _Run) -> Sequence[str]:
    """Return the conditions on how much can be taken.

    `amount` fiat needs floor(amount / price · 10^decimals) base units (`money.coins_for`), which is at most what is
    left exactly when amount < (left + 1) · price / 10^decimals. Without an amount the offer's smallest trade must fit.
    """
    left = f"(o.remaining_units + 1) * {run.price} * %(scale)s"
    if filters.amount is None:
        return [] if run.paused else [f"o.min_fiat < {left}"]
    within = ["o.min_fiat <= %(amount)s", "o.max_fiat >= %(amount)s"]
    return within if run.paused else [*within, f"%(amount)s < {left}", f"%(amount)s >= {run.price} * %(scale)s"]


def _after(
    run: _Run,
    number: int,
    after: Position | None,
    filters: Filters,
    market: Decimal | None,
    params: dict[str, Any],
) -> Sequence[str]:
    """Return the condition that a row comes after the cursor, in the terms of the run's own index."""
    if after is None or (run.paused and not after.paused):
        return []
    key: Decimal | int = after.key
    ties = True
    if run is _MARGIN and market is not None:
        key, ties = _margin_of(after.key, market=market, side=filters.side)
    ahead = ">" if filters.side is Side.SELL else "<"
    params[f"key{number}"], params["offer"] = key, after.offer
    reached = f"{run.column} {ahead}= %(key{number})s"
    # Among equal prices the age decides; without an equal one in this run everything reached comes after.
    return [reached, f"({run.column} <> %(key{number})s OR o.id > %(offer)s)"] if ties else [reached]


def _margin_of(price: Decimal, *, market: Decimal, side: Side) -> tuple[int, bool]:
    """Return the first margin whose price is not before `price`, and whether it is exactly that price."""

    def priced(bps: int) -> Decimal:
        return with_margin(market, bps=bps)

    if side is Side.SELL:
        place = bisect_left(_MARGINS, price, key=priced)
    else:
        place = bisect_right(_MARGINS, price, key=priced) - 1
    bps = limits.LEAST_MARGIN + place
    return bps, priced(bps) == price
