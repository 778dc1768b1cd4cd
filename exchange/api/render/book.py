"""Rows of the book as JSON."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from exchange.api.answers import day_text, decimal_text, fiat_text
from exchange.core import money
from exchange.offers.book_rows import MOST_REMEMBERED, BookRow, Maker
from exchange.offers.models import PriceType, Side
from exchange.reputation.formula import completion


def rows(found: Iterable[BookRow], *, market_age: int | orjson.Fragment | None) -> list[dict[str, Any]]:
    """Return rows with what their makers' finished trades say; a floating price is as old as its market."""
    ages = {PriceType.FIXED.value: None}
    return [{**_row(one), "market_age": ages.get(one.price_type, market_age)} for one in found]


@lru_cache(maxsize=MOST_REMEMBERED)
def _row(one: BookRow) -> dict[str, Any]:
    """Return what `rows` copies: pages share most of their rows."""
    places = one.minor_units
    # Who buys pays the fee from the coins; who sells gives all of them.
    units = one.buyer_gets if one.side == Side.SELL else one.units
    return {
        "id": one.code,
        "side": one.side,
        "maker": _maker(one.maker),
        "asset": one.asset,
        "currency": one.currency,
        "price": None if one.price is None else decimal_text(one.price),
        "price_type": one.price_type,
        "margin_bps": one.margin_bps,
        "min_fiat": fiat_text(one.min_fiat, minor_units=places),
        "max_fiat": fiat_text(one.max_fiat, minor_units=places),
        "methods": [method.slug for method in one.methods],
        "payment_window": one.payment_window,
        "get_amount": None if units is None else decimal_text(money.from_units(units, decimals=one.decimals)),
        "state": one.state,
        "version": one.version,
        "min_finished_trades": one.min_finished_trades,
        "first_trade_max": None if one.first_trade_max is None else fiat_text(one.first_trade_max, minor_units=places),
        "approve_by_hand": one.approve_by_hand,
        "country": one.country or None,
        "takeable": one.takeable,
        "reason": one.reason,
    }


def _maker(maker: Maker) -> dict[str, Any]:
    rate = completion(maker.finished, maker.abandoned)
    return {
        "address": maker.address,
        "name": maker.label,
        "trades": maker.finished,
        "completion": None if rate is None else decimal_text(rate),
        "last_active": day_text(maker.last_active_at),
    }
