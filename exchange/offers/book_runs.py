"""The SQL of the order book: a bounded merge of index scans. Pure text and parameters.

For a given market price every offer has one effective price, and the offers fall into five runs, each of which an
index already holds in the order of that price (`models._book_indexes`):

1. fixed prices, ordered by price;
2. margins that neither floor nor ceiling touches, ordered by margin (a higher margin is a higher price);
3. margins held up by their floor: their price *is* the floor, ordered by floor;
4. margins held down by their ceiling, ordered by ceiling;
5. formulas, ordered by what they gave when prices were last read (`formulas.py`).

A page is the first n rows of each run after the cursor, merged: no offer of the true page can be outside, and the cost
does not grow with the book. Formulas that give nothing just now come last, paused, by age; without a market price
(stale) the margins too: before those formulas, by margin.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    """What narrows the book. `side` is the makers', `methods` keys of payment methods, `amount` fiat.

    `trades` is how many finished trades a maker has at least; `taker` leaves only what that person can take.
    """

    side: Side
    asset_id: int
    currency: str
    decimals: int
    amount: Decimal | None = None
    methods: tuple[int, ...] | None = None
    maker: int | None = None
    country: str | None = None
    trades: int = 0
    taker: "Taker | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who wants to take: the key of the account (None for a visitor), their finished trades, and with whom."""

    account: int | None = None
    finished: int = 0
    partners: frozenset[int] = frozenset()


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
_FLOOR = _Run(
    "o.floor_price",
    "o.floor_price",
    f"o.price_type = 'margin' AND o.floor_price IS NOT NULL AND {_MARGIN_PRICE} < o.floor_price",
)
_CEILING = _Run(
    "o.ceiling_price",
    "o.ceiling_price",
    f"o.price_type = 'margin' AND o.ceiling_price IS NOT NULL AND {_MARGIN_PRICE} > o.ceiling_price",
)
_FORMULA = _Run("o.formula_price", "o.formula_price", "o.price_type = 'formula' AND o.formula_until >= %(now)s")
_PAUSED = _Run("o.margin_bps", "o.margin_bps::numeric", "o.price_type = 'margin'", paused=True)
# Paused formulas have no order of their own: a key beyond all margins puts them last, by age.
_PARKED = _Run(
    "",
    "%(parked)s::numeric",
    "o.price_type = 'formula' AND (o.formula_price IS NULL OR o.formula_until < %(now)s)",
    paused=True,
)


def select_page(
    filters: Filters, *, market: Decimal | None, after: Position | None, limit: int, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return SQL and parameters for (id, paused, key) of the next `limit` offers in book order."""
    params: dict[str, Any] = {
        "asset": filters.asset_id,
        "currency": filters.currency,
        "market": market,
        "scale": Decimal(1).scaleb(-filters.decimals),
        "amount": filters.amount,
        "methods": list(filters.methods or ()),
        "maker": filters.maker,
        "country": filters.country,
        "trades": filters.trades,
        "parked": _parked(filters.side),
        "limit": limit,
        "now": now,
    }
    if filters.taker is not None:
        params |= {"taker": filters.taker.account, "finished": filters.taker.finished}
        params["partners"] = list(filters.taker.partners)
    way = direction(filters.side)
    parts = [
        f"(SELECT o.id, {run.price} AS key, {run.paused} AS paused FROM offers_offer o{_joins(filters)}"  # noqa: S608
        f" WHERE {' AND '.join([*_conditions(filters, run), *_after(run, number, after, filters, market, params)])}"
        f" ORDER BY {f'{run.column} {way}, ' if run.column else ''}o.id LIMIT %(limit)s)"
        for number, run in enumerate(_runs(filters, market))
        if after is None or not after.paused or run.paused
    ]
    union = " UNION ALL ".join(parts)
    return f"SELECT id, paused, key FROM ({union}) r ORDER BY paused, key {way}, id LIMIT %(limit)s", params  # noqa: S608


def _runs(filters: Filters, market: Decimal | None) -> list[_Run]:
    priced = [_FIXED, _FORMULA] if market is None else [_FIXED, _MARGIN, _FLOOR, _CEILING, _FORMULA]
    if filters.taker is not None:
        return priced
    return [*priced, _PARKED] if market is not None else [*priced, _PAUSED, _PARKED]


def _parked(side: Side) -> Decimal:
    return Decimal(limits.MOST_MARGIN + 1 if side is Side.SELL else limits.LEAST_MARGIN - 1)


def _joins(filters: Filters) -> str:
    """Return the joins that decide whether a row is listed at all: makers may be suspended, or too new for the reader.

    The standing is reputation's table, read by name: a second query a page would cost more than this one line.
    """
    joins = " JOIN accounts_account a ON a.id = o.maker_id AND a.is_active"
    if filters.trades:
        joins += " JOIN reputation_standing s ON s.account_id = o.maker_id AND s.finished >= %(trades)s"
    return joins


def direction(side: Side) -> str:
    """Return the order of the best price: the cheapest seller and the dearest buyer come first."""
    return "ASC" if side is Side.SELL else "DESC"


def _conditions(filters: Filters, run: _Run) -> Sequence[str]:
    """Return what every row of a run must fulfil, the partial index's own conditions first."""
    listed = [
        "o.state = 'active'",
        "o.visibility = 'public'",
        "o.hidden = ''",
        f"o.side = '{filters.side.value}'",
        "o.asset_id = %(asset)s",
        "o.currency_id = %(currency)s",
        run.condition,
    ]
    if filters.methods is not None:
        listed.append("o.method_keys && %(methods)s::int[]")
    if filters.maker is not None:
        listed.append("o.maker_id = %(maker)s")
    if filters.country is not None:
        listed.append("o.country IN ('', %(country)s)")
    listed += _takeable(filters)
    return [*listed, *_quantity(filters, run)]


def _takeable(filters: Filters) -> Sequence[str]:
    """Return the conditions that leave only what the taker can take (`gates.refusal`)."""
    taker = filters.taker
    if taker is None:
        return []
    listed = ["o.min_finished_trades <= %(finished)s"]
    if taker.account is not None:
        listed.append("o.maker_id <> %(taker)s")
    if filters.amount is not None:
        listed.append(
            "(o.first_trade_max IS NULL OR %(amount)s <= o.first_trade_max OR o.maker_id = ANY(%(partners)s::bigint[]))"
        )
    return listed


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
    if run is _PARKED:
        params["offer"] = after.offer
        return ["o.id > %(offer)s"] if after.key == _parked(filters.side) else []
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
