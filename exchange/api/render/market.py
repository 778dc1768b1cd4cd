"""The catalogue, prices and escrow totals as JSON."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from escrow.queries import Totals
from escrow.terms import ZERO
from exchange.api.answers import decimal_text, time_text, units_text
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.prices.history import Point, step_for
from exchange.prices.median import SourceReading
from exchange.prices.queries import Market


def asset(one: Asset) -> dict[str, Any]:
    """Return a coin."""
    return {
        "symbol": one.symbol,
        "name": one.name,
        "chain_id": one.chain_id,
        "token": one.token or None,
        "decimals": one.decimals,
        "is_stable": one.is_stable,
    }


def currency(one: Currency) -> dict[str, Any]:
    """Return a national currency."""
    return {"code": one.code, "name": one.name, "minor_units": one.minor_units}


def payment_method(one: PaymentMethod) -> dict[str, Any]:
    """Return a way to send money."""
    return {
        "slug": one.slug,
        "name": one.name,
        "rail": one.rail,
        "reversibility": one.reversibility,
        "currencies": sorted(currency.code for currency in one.currencies.all()),
        "countries": one.countries,
        "account_fields": one.account_fields,
        "payment_window": one.payment_window,
    }


def price(market: Market) -> dict[str, Any]:
    """Return a market price with its sources and ages (seconds)."""
    return {
        "asset": market.asset,
        "currency": market.currency,
        "price": None if market.price is None else decimal_text(market.price),
        "sources": [source(one) for one in market.sources],
        "age": market.age_seconds,
        "is_stale": market.is_stale,
        "is_held": market.is_held,
        "label": market.label,
    }


def history(asset: str, currency: str, points: Sequence[Point], *, span: timedelta) -> dict[str, Any]:
    """Return the past of a market price."""
    return {
        "asset": asset,
        "currency": currency,
        "step": step_for(span) // timedelta(seconds=1),
        "points": [
            {
                "at": time_text(one.at),
                "price": decimal_text(one.price),
                "low": decimal_text(one.low),
                "high": decimal_text(one.high),
            }
            for one in points
        ],
    }


def source(reading: SourceReading) -> dict[str, Any]:
    """Return what one source says; `via` tells the reference rate of a price that it does not quote itself."""
    via = reading.via and {
        "currency": reading.via.currency,
        "rate": decimal_text(reading.via.rate),
        "source": reading.via.source,
        "age": reading.via.age_seconds,
    }
    return {"name": reading.name, "price": decimal_text(reading.price), "age": reading.age_seconds, "via": via}


def held(totals: Totals, *, assets: list[Asset]) -> list[dict[str, Any]]:
    """Return what the escrow holds of each token; the zero address stands for the native coin."""
    symbols = {(one.token or ZERO).lower(): one.symbol for one in assets}
    tokens = sorted({*totals.escrowed, *totals.credited})
    return [
        {
            "token": token,
            "symbol": symbols.get(token.lower()),
            "locked": units_text(totals.escrowed.get(token, 0)),
            "credits": units_text(totals.credited.get(token, 0)),
        }
        for token in tokens
    ]
