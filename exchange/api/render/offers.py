"""Offers and quotes as JSON."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from exchange.accounts import regards
from exchange.accounts.models import Account
from exchange.api.answers import decimal_text, fiat_text, time_text, units_text
from exchange.api.render import book
from exchange.core import money
from exchange.offers import quotes
from exchange.offers.book_rows import Reader, read_rows
from exchange.offers.drafts import hours_of as draft_of_hours
from exchange.offers.models import Offer, Visibility
from exchange.offers.pricing import price_against_market, rule_of
from exchange.prices import queries as prices
from exchange.trades import queries as trades
from exchange.trades.quoting import quote_all_in


def reading_as(viewer: Account | None) -> dict[str, Any]:
    """Return what the book asks of its reader: who they are, their finished trades, with whom, and whom they block."""
    if viewer is None:
        return {"viewer": None, "finished_trades": None, "partners": frozenset(), "blocked": frozenset()}
    record = trades.record_of(viewer)
    return {
        "viewer": viewer,
        "finished_trades": record.finished,
        "partners": record.partners,
        "blocked": regards.blocked_by(viewer),
    }


def offers(found: list[Offer], *, viewer: Account | None, now: datetime) -> list[dict[str, Any]]:
    """Return offers in full, in their order, with one query for all rows of a pair."""
    # What one has traded, and whom one blocks, matters for other people's offers only.
    is_all_own = viewer is not None and all(one.maker_id == viewer.pk for one in found)
    reader_facts = {} if is_all_own else reading_as(viewer)
    pairs: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for one in found:
        pairs[one.asset.symbol, one.currency_id].append(one)
    shown: dict[str, dict[str, Any]] = {}
    for pair, market in prices.markets(pairs, now=now).items() if pairs else ():
        first = pairs[pair][0]
        reader = Reader(
            asset=first.asset,
            currency=first.currency,
            market=market,
            now=now,
            **{**reader_facts, "viewer": viewer.pk if viewer else None},
        )
        rows = read_rows([one.pk for one in pairs[pair]], reader)
        shown |= {row["id"]: row for row in book.rows(rows, market_age=market.age_seconds)}
    # The row tells the most that can be taken now, the offer what its maker allows.
    return [{**shown[one.code], **_in_full(one, viewer=viewer)} for one in found]


def offer(one: Offer, *, viewer: Account | None, now: datetime) -> dict[str, Any]:
    """Return one offer in full."""
    return offers([one], viewer=viewer, now=now)[0]


def quote(one: Offer, *, amount_fiat: Decimal | None, amount_asset: Decimal | None, now: datetime) -> dict[str, Any]:
    """Return what a take of this amount gives now, all in, and the signed note of its price.

    Raises `Conflict`, `Invalid`.
    """
    places, decimals = one.currency.minor_units, one.asset.decimals
    units = None
    if amount_asset is not None:
        units = money.to_units(amount_asset, decimals=decimals, field="/amount_asset")
    whole = quote_all_in(one, now=now, amount_fiat=amount_fiat, amount_units=units)
    token = quotes.make_quote(one, whole.fiat, now)
    seen = quotes.read_quote(token, now)
    market = whole.market
    return {
        "quote": token,
        "expires_at": time_text(seen.expires),
        "price": decimal_text(whole.price),
        "currency": one.currency_id,
        "amount_fiat": fiat_text(whole.fiat, minor_units=places),
        "asset": one.asset.symbol,
        "amount": units_text(whole.units),
        "amount_asset": decimal_text(money.from_units(whole.units, decimals=decimals)),
        "fee_bps": whole.fee_bps,
        "fee": units_text(whole.fee),
        "buyer_gets": units_text(whole.buyer_gets),
        "price_words": against_market(whole.price, market.price),
        "market": {
            "price": None if market.price is None else decimal_text(market.price),
            "age": market.age_seconds,
            "label": market.label,
            "sources": [_source(one.name, one.price, one.age_seconds) for one in market.sources],
        },
        "formula_sources": [_source(str(one.name), one.price, one.age_seconds) for one in whole.formula_sources],
        "network_cost": {
            "paid_by": "seller",
            "for_action": "fund",
            "gas": whole.lock_gas,
            "you_pay": not whole.buys,
        },
        "deadlines": {
            "accept_by": time_text(whole.accept_by),
            "lock_by": time_text(whole.lock_by),
            "pay_by": time_text(whole.pay_by),
            "confirm_window": one.confirm_window,
            "arbitration_window": one.arbitration_window,
            "fallback_buyer_bps": one.fallback_buyer_bps,
        },
        "locked_by": "maker" if whole.buys else "taker",
    }


def _source(name: str, price: Decimal, age: int) -> dict[str, Any]:
    return {"name": name, "price": decimal_text(price), "age": age}


def against_market(price: Decimal, market: Decimal | None) -> str:
    """Return `1.4% above market` in plain words; empty without a market."""
    bps = price_against_market(price, market)
    if bps is None:
        return ""
    if bps == 0:
        return "at market"
    return f"{decimal_text(abs(Decimal(bps)) / 100)}% {'above' if bps > 0 else 'below'} market"


def on_break(changed: int, *, until: datetime | None) -> dict[str, Any]:
    """Return a break that has begun."""
    return {"on_break": True, "until": time_text(until), "changed": changed}


def off_break(changed: int) -> dict[str, Any]:
    """Return the end of a break."""
    return {"on_break": False, "until": None, "changed": changed}


def _in_full(one: Offer, *, viewer: Account | None) -> dict[str, Any]:
    places, decimals = one.currency.minor_units, one.asset.decimals
    return {
        "min_fiat": fiat_text(one.min_fiat, minor_units=places),
        "max_fiat": fiat_text(one.max_fiat, minor_units=places),
        "price_rule": _rule(one),
        "total_asset": decimal_text(money.from_units(int(one.total_units), decimals=decimals)),
        "remaining_asset": decimal_text(money.from_units(int(one.remaining_units), decimals=decimals)),
        "remaining": units_text(one.remaining_units),
        "terms_text": one.terms_text,
        "confirm_window": one.confirm_window,
        "arbitration_window": one.arbitration_window,
        "fallback_buyer_bps": one.fallback_buyer_bps,
        "working_hours": _hours(one),
        "visibility": one.visibility,
        "hidden": one.hidden or None,
        "link": link_of(one) if viewer is not None and viewer.pk == one.maker_id else None,
        "typed_data": one.typed_data,
        "signature": one.signature or None,
        "created_at": time_text(one.created_at),
        "updated_at": time_text(one.updated_at),
    }


def link_of(one: Offer) -> str | None:
    """Return where an offer by link is found; None for offers everybody finds."""
    if one.visibility != Visibility.LINK:
        return None
    return f"{settings.SITE_URL.rstrip('/')}/offers/{one.code}?key={one.link_key}"


def _hours(one: Offer) -> dict[str, Any] | None:
    hours = draft_of_hours(one)
    if hours is None:
        return None
    return {"start": hours.start, "end": hours.end, "days": list(hours.days), "time_zone": hours.time_zone}


def _rule(one: Offer) -> dict[str, Any]:
    rule = rule_of(one)
    if rule.fixed is not None:
        return {"type": "fixed", "value": decimal_text(rule.fixed)}
    return {
        "type": str(rule.type),
        "bps": rule.margin_bps,
        "text": rule.formula or None,
        "floor": None if rule.floor is None else decimal_text(rule.floor),
        "ceiling": None if rule.ceiling is None else decimal_text(rule.ceiling),
    }
