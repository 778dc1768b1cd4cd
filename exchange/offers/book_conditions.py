"""What has to be looked up in each row of a run, beyond what its index holds: as SQL over the offer `o`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchange.offers import limits
from exchange.offers.book_filters import Filters
from exchange.offers.models import Side


def page_params(filters: Filters, *, market: Decimal | None, now: datetime) -> dict[str, Any]:
    """Return the parameters that every scan of a page may name."""
    params: dict[str, Any] = {
        "asset": filters.asset_id,
        "currency": filters.currency,
        "market": market,
        "scale": Decimal(1).scaleb(-filters.decimals),
        "amount": filters.amount,
        "maker": filters.maker,
        "country": filters.country,
        "methods": list(filters.methods or ()),
        "trades": filters.trades,
        "parked": parked(filters.side),
        "now": now,
    }
    if filters.blocked:
        params["blocked"] = list(filters.blocked)
    if filters.taker is not None:
        params |= {"taker": filters.taker.account, "finished": filters.taker.finished}
        params["partners"] = list(filters.taker.partners)
    return params


def parked(side: Side) -> Decimal:
    """Return the key of an offer without an order of its own: beyond all margins."""
    return Decimal(limits.MOST_MARGIN + 1 if side is Side.SELL else limits.LEAST_MARGIN - 1)


def in_row(filters: Filters, *, price: str, paused: bool) -> Sequence[str]:
    """Return the conditions of one row with this effective `price`, the maker's own last."""
    listed: list[str] = []
    if filters.country is not None:
        listed.append("o.country IN ('', %(country)s)")
    if filters.blocked:
        listed.append("o.maker_id <> ALL(%(blocked)s::bigint[])")
    listed += _takeable(filters)
    return [*listed, *_quantity(filters, price=price, paused=paused), *_maker(filters)]


def maker(filters: Filters) -> Sequence[str]:
    """Return the condition that an offer is of the one maker asked for, if one is."""
    return [] if filters.maker is None else ["o.maker_id = %(maker)s"]


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


def _quantity(filters: Filters, *, price: str, paused: bool) -> Sequence[str]:
    """Return the conditions on how much can be taken.

    `amount` fiat needs floor(amount / price · 10^decimals) base units (`money.coins_for`), which is at most what is
    left exactly when amount < (left + 1) · price / 10^decimals. Without an amount the offer's smallest trade must fit.
    """
    left = f"(o.remaining_units + 1) * {price} * %(scale)s"
    if filters.amount is None:
        return [] if paused else [f"o.min_fiat < {left}"]
    within = ["o.min_fiat <= %(amount)s", "o.max_fiat >= %(amount)s"]
    return within if paused else [*within, f"%(amount)s < {left}", f"%(amount)s >= {price} * %(scale)s"]


def _maker(filters: Filters) -> Sequence[str]:
    """Return the conditions on the maker, asked last and row by row: a join would tempt the planner to read them all.

    The standing is reputation's table, read by name: a second query a page would cost more than this one line.
    """
    listed = ["(SELECT a.is_active FROM accounts_account a WHERE a.id = o.maker_id)"]
    if filters.trades:
        listed.append("(SELECT s.finished FROM reputation_standing s WHERE s.account_id = o.maker_id) >= %(trades)s")
    return listed
