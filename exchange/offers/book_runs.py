"""The SQL of the order book: a bounded merge of index scans. Pure text and parameters.

For a given market price every offer has one effective price, and the offers fall into five runs, each of which an
index already holds in the order of that price (`book_indexes.py`):

1. fixed prices, ordered by price;
2. margins that neither floor nor ceiling touches, ordered by margin (a higher margin is a higher price);
3. formulas, ordered by what they gave when prices were last read (`formulas.py`);
4. margins held up by their floor: their price *is* the floor, ordered by floor;
5. margins held down by their ceiling, ordered by ceiling.

A page is the first n rows of each run after the cursor, merged: no offer of the true page can be outside. Which of the
rows with a floor are held up depends on the market, which no index knows; so runs 4 and 5 look only where a row of the
page can be: the n-th best price of runs 1 to 3 (`bound`) bounds their price and, on the side where a limit makes an
offer worse, their margin. So a page costs what it shows and does not grow with the book. (Where runs 1 to 3 have less
than a page, nothing bounds runs 4 and 5, and all that is left are they.)

Formulas that give nothing just now come last, paused, by age; without a market price (stale) the margins too: before
those formulas, by margin.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchange.offers import limits
from exchange.offers.book_by_method import are_read_apart, entries_of, places
from exchange.offers.book_conditions import in_row, maker, page_params, parked
from exchange.offers.book_filters import Filters, Position
from exchange.offers.models import Side
from exchange.offers.pricing import with_margin

# Every margin an offer can have, for finding the margin that a price belongs to.
_MARGINS = range(limits.LEAST_MARGIN, limits.MOST_MARGIN + 1)
MARGIN_PRICE = "round(%(market)s * (10000 + o.margin_bps) * 0.0001, 10)"


@dataclass(frozen=True, slots=True)
class _Run:
    """One index scan: the column it is ordered by, the effective price, and which offers belong to it.

    `condition` is what the index itself holds, `holds` what has to be looked up in each row, `entry` what the run is
    called among the entries of one method.
    """

    column: str
    price: str
    condition: str
    holds: str = "true"
    paused: bool = False
    entry: str = ""


_FIXED = _Run("o.fixed_price", "o.fixed_price", "o.price_type = 'fixed'", entry="fixed")
_MARGIN = _Run(
    "o.margin_bps",
    MARGIN_PRICE,
    "o.price_type = 'margin'",
    f"(o.floor_price IS NULL OR {MARGIN_PRICE} >= o.floor_price)"
    f" AND (o.ceiling_price IS NULL OR {MARGIN_PRICE} <= o.ceiling_price)",
    entry="margin",
)
_FORMULA = _Run(
    "o.formula_price",
    "o.formula_price",
    "o.price_type = 'formula' AND o.formula_price IS NOT NULL",
    "o.formula_until >= %(now)s",
    entry="formula",
)
_FLOOR = _Run(
    "o.floor_price",
    "o.floor_price",
    "o.price_type = 'margin' AND o.floor_price IS NOT NULL",
    f"{MARGIN_PRICE} < o.floor_price",
    entry="floor",
)
_CEILING = _Run(
    "o.ceiling_price",
    "o.ceiling_price",
    "o.price_type = 'margin' AND o.ceiling_price IS NOT NULL",
    f"{MARGIN_PRICE} > o.ceiling_price",
    entry="ceiling",
)
_PAUSED = _Run("o.margin_bps", "o.margin_bps::numeric", "o.price_type = 'margin'", paused=True, entry="margin")
# Paused formulas have no order of their own: a key beyond all margins puts them last, by age. Those whose sources grew
# old before the next reading of prices came have a run of their own, which is empty as long as the beat beats.
_PARKED = _Run(
    "", "%(parked)s::numeric", "o.price_type = 'formula' AND o.formula_price IS NULL", paused=True, entry="parked"
)
_LATE = _Run(
    "",
    "%(parked)s::numeric",
    "o.price_type = 'formula' AND o.formula_price IS NOT NULL AND o.formula_until < %(now)s",
    paused=True,
)
_WITHOUT_ORDER = (_PARKED, _LATE)
_BOUNDED = (_FLOOR, _CEILING)


def select_page(
    filters: Filters, *, market: Decimal | None, after: Position | None, limit: int, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return SQL and parameters for (id, paused, key) of the next `limit` offers in book order.

    Side, methods and size stand in the text, so that each such question is planned once (`book_select.fetch`).
    """
    params = page_params(filters, market=market, now=now)
    way = direction(filters.side)
    parts = {
        run: _scan(run, number, filters, market=market, after=after, limit=limit, params=params)
        for number, run in enumerate(_runs(filters, market))
        if after is None or not after.paused or run.paused
    }
    named = {run: f"run{number}" for number, run in enumerate(parts)}
    # The first runs are read once: for the bound and for the page.
    free = [run for run in parts if run not in _BOUNDED and not run.paused]
    tables = [f"{named[run]} AS MATERIALIZED {parts[run]}" for run in free]
    if any(run in _BOUNDED for run in parts):
        merged = " UNION ALL ".join(f"SELECT key FROM {named[run]}" for run in free)  # noqa: S608
        tables.append(
            f"bound AS MATERIALIZED (SELECT key FROM ({merged}) f ORDER BY key {way}"  # noqa: S608
            f" OFFSET {limit - 1} LIMIT 1)"
        )
    union = " UNION ALL ".join(
        f"SELECT id, key, paused FROM {named[run]}" if run in free else parts[run]  # noqa: S608
        for run in parts
    )
    opening = f"WITH {', '.join(tables)} " if tables else ""
    return (
        f"{opening}SELECT id, paused, key FROM ({union}) r ORDER BY paused, key {way}, id LIMIT {limit}",  # noqa: S608
        params,
    )


def paused_scans(
    filters: Filters, *, market: Decimal | None, after: Position | None, limit: int, params: dict[str, Any]
) -> list[str]:
    """Return the scans of the offers without a price just now, which come last in every order."""
    return [
        _scan(run, number, filters, market=market, after=after, limit=limit, params=params)
        for number, run in enumerate(_runs(filters, market))
        if run.paused
    ]


def _scan(
    run: _Run,
    number: int,
    filters: Filters,
    *,
    market: Decimal | None,
    after: Position | None,
    limit: int,
    params: dict[str, Any],
) -> str:
    """Return one run: the first rows after the cursor that fulfil the filters."""
    reached = _after(run, number, after, filters, market, params)
    bounds = _bounds(run, filters.side) if run in _BOUNDED else ()
    beyond = "<=" if filters.side is Side.SELL else ">="
    within = [f"{column} {beyond} {bound}" for column, bound in bounds]
    fits = [run.holds, *in_row(filters, price=run.price, paused=run.paused)]
    order = f"{run.column} {direction(filters.side)}, o.id" if run.column else "o.id"
    columns = f"o.id, {run.price} AS key, {run.paused} AS paused"
    if run.entry and are_read_apart(filters):
        is_by_place = len(bounds) < 2
        key = params.get(f"key{number}") if reached and run.column and is_by_place else None
        bound = bounds[-1][1] if bounds else None
        place = places(filters, number, key=key, bound=bound, params=params)
        return entries_of(
            filters,
            columns=columns,
            run=run.entry,
            place=place,
            fits=[*reached, *within, *maker(filters), *fits],
            order="e.place, e.offer_id" if is_by_place else order,
            limit=limit,
            params=params,
        )
    # The planner takes a CASE for a coin's toss. Taken one by one it would multiply its guesses for these
    # conditions, believe that hardly a row is left, and sort all of them instead of reading the index in order.
    test = f"CASE WHEN {' AND '.join(fits)} THEN true END"
    listed = [*conditions(filters, is_planned_alike=are_read_apart(filters)), run.condition, *reached, *within, test]
    return (
        f"(SELECT {columns} FROM offers_offer o"  # noqa: S608
        f" WHERE {' AND '.join(listed)} ORDER BY {order} LIMIT {limit})"
    )


def _bounds(run: _Run, side: Side) -> Sequence[tuple[str, str]]:
    """Return the columns that keep a limit's run to prices that can stand on the page, and their last value as SQL.

    A floor makes a sale dearer than its margin says, a ceiling a purchase cheaper: there the margin's own price has to
    lie within the bound too. On the other side the limit makes the offer better, and only its own price counts.
    """
    is_sale = side is Side.SELL
    worse = _FLOOR if is_sale else _CEILING
    nothing = "'Infinity'::numeric" if is_sale else "0"
    listed = [(run.column, f"coalesce((SELECT key FROM bound), {nothing})")]  # noqa: S608
    if run is worse:
        # One basis point of room for what rounding may have moved.
        room, sign, last = ("ceil", "+ 1", limits.MOST_MARGIN) if is_sale else ("floor", "- 1", limits.LEAST_MARGIN)
        bps = f"least(greatest({room}((key / %(market)s - 1) * 10000), -10000), 100000)::int"
        listed.append(("o.margin_bps", f"coalesce((SELECT {bps} {sign} FROM bound), {last})"))  # noqa: S608
    return listed


def _runs(filters: Filters, market: Decimal | None) -> list[_Run]:
    priced = [_FIXED, _FORMULA] if market is None else [_FIXED, _MARGIN, _FORMULA, _FLOOR, _CEILING]
    if filters.taker is not None:
        return priced
    return [*priced, _PARKED, _LATE] if market is not None else [*priced, _PAUSED, _PARKED, _LATE]


def direction(side: Side) -> str:
    """Return the order of the best price: the cheapest seller and the dearest buyer come first."""
    return "ASC" if side is Side.SELL else "DESC"


def conditions(filters: Filters, *, is_planned_alike: bool = False) -> Sequence[str]:
    """Return what an index holds of every run: which offers, of which pair, by which methods.

    The plan hangs on how frequent the methods are, so they stand in the text, unless it `is_planned_alike` for all.
    """
    listed = [
        "o.state = 'active'",
        "o.visibility = 'public'",
        "o.hidden = ''",
        f"o.side = '{filters.side.value}'",
        "o.asset_id = %(asset)s",
        "o.currency_id = %(currency)s",
    ]
    if filters.methods is not None:
        keys = f"'{{{','.join(str(int(key)) for key in sorted(filters.methods))}}}'"
        listed.append(f"o.method_keys && {'%(methods)s' if is_planned_alike else keys}::int[]")
    return [*listed, *maker(filters)]


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
    if run in _WITHOUT_ORDER:
        params["offer"] = after.offer
        return ["o.id > %(offer)s"] if after.key == parked(filters.side) else []
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
