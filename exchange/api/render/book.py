"""Rows of the book as JSON."""

from collections.abc import Iterable
from typing import Any

from exchange.api.answers import day_text, decimal_text, fiat_text
from exchange.core import money
from exchange.offers.book_rows import BookRow, Maker
from exchange.offers.models import Side
from exchange.reputation import queries as reputation
from exchange.reputation.queries import StandingView


def rows(found: Iterable[BookRow]) -> list[dict[str, Any]]:
    """Return rows with what their makers' finished trades say."""
    known = list(found)
    standings = reputation.standings({one.maker.id for one in known}) if known else {}
    return [_row(one, standings[one.maker.id]) for one in known]


def _row(one: BookRow, standing: StandingView) -> dict[str, Any]:
    places = one.minor_units
    # Who buys pays the fee from the coins; who sells gives all of them.
    units = one.buyer_gets if one.side == Side.SELL else one.units
    return {
        "id": one.code,
        "side": one.side,
        "maker": _maker(one.maker, standing),
        "asset": one.asset,
        "currency": one.currency,
        "price": None if one.price is None else decimal_text(one.price),
        "price_type": one.price_type,
        "margin_bps": one.margin_bps,
        "market_age": one.market_age,
        "min_fiat": fiat_text(one.min_fiat, minor_units=places),
        "max_fiat": fiat_text(one.max_fiat, minor_units=places),
        "methods": [method.slug for method in one.methods],
        "payment_window": one.payment_window,
        "get_amount": None if units is None else decimal_text(money.from_units(units, decimals=one.decimals)),
        "state": one.state,
        "version": one.version,
        "takeable": one.takeable,
        "reason": one.reason,
    }


def _maker(maker: Maker, standing: StandingView) -> dict[str, Any]:
    rate = standing.completion
    return {
        "address": maker.address,
        "name": maker.label,
        "trades": standing.finished,
        "completion": None if rate is None else decimal_text(rate),
        "last_active": day_text(maker.last_active_at),
    }
