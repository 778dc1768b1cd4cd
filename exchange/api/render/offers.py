"""Offers and quotes as JSON."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchange.accounts.models import Account
from exchange.api.answers import decimal_text, fiat_text, time_text, units_text
from exchange.api.render import book
from exchange.core import money
from exchange.offers import quotes
from exchange.offers.book_rows import BookRow, Reader, read_rows
from exchange.offers.models import Offer
from exchange.offers.pricing import rule_of
from exchange.prices import queries as prices
from exchange.trades import queries as trades


def reading_as(viewer: Account | None) -> dict[str, Any]:
    """Return what the book asks of its reader: who they are, their finished trades, and with whom."""
    if viewer is None:
        return {"viewer": None, "finished_trades": None, "partners": frozenset()}
    record = trades.record_of(viewer)
    return {"viewer": viewer, "finished_trades": record.finished, "partners": record.partners}


def offers(found: list[Offer], *, viewer: Account | None, now: datetime) -> list[dict[str, Any]]:
    """Return offers in full, in their order, with one query for all rows of a pair."""
    reader_facts = reading_as(viewer)
    pairs: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for one in found:
        pairs[one.asset.symbol, one.currency_id].append(one)
    rows: list[BookRow] = []
    for pair, market in prices.markets(pairs, now=now).items() if pairs else ():
        first = pairs[pair][0]
        reader = Reader(
            asset=first.asset,
            currency=first.currency,
            market=market,
            now=now,
            **{**reader_facts, "viewer": viewer.pk if viewer else None},
        )
        rows += read_rows([one.pk for one in pairs[pair]], reader)
    shown = {row["id"]: row for row in book.rows(rows)}
    # The row tells the most that can be taken now, the offer what its maker allows.
    return [{**shown[one.code], **_in_full(one)} for one in found]


def offer(one: Offer, *, viewer: Account | None, now: datetime) -> dict[str, Any]:
    """Return one offer in full."""
    return offers([one], viewer=viewer, now=now)[0]


def quote(one: Offer, *, amount_fiat: Decimal | None, amount_asset: Decimal | None, now: datetime) -> dict[str, Any]:
    """Return what a take of this amount gives now, and the signed note of its price. Raises `Conflict`, `Invalid`."""
    places, decimals = one.currency.minor_units, one.asset.decimals
    token = quotes.make_quote(one, amount_fiat or Decimal(0), now)
    seen = quotes.read_quote(token, now)
    if amount_fiat is not None:
        fiat, units = amount_fiat, money.coins_for(amount_fiat, price=seen.price, decimals=decimals)
    else:
        units = money.to_units(amount_asset or Decimal(0), decimals=decimals, field="/amount_asset")
        fiat = money.fiat_for(units, price=seen.price, decimals=decimals, minor_units=places)
    fee_bps = trades.house().fee_bps
    buyer_gets, _, fee = money.split(units, buyer_bps=money.BPS, fee_bps=fee_bps)
    return {
        "quote": token,
        "expires_at": time_text(seen.expires),
        "price": decimal_text(seen.price),
        "currency": one.currency_id,
        "amount_fiat": fiat_text(fiat, minor_units=places),
        "asset": one.asset.symbol,
        "amount": units_text(units),
        "amount_asset": decimal_text(money.from_units(units, decimals=decimals)),
        "fee_bps": fee_bps,
        "fee": units_text(fee),
        "buyer_gets": units_text(buyer_gets),
    }


def _in_full(one: Offer) -> dict[str, Any]:
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
        "approve_by_hand": one.approve_by_hand,
        "min_finished_trades": one.min_finished_trades,
        "typed_data": one.typed_data,
        "signature": one.signature or None,
        "created_at": time_text(one.created_at),
        "updated_at": time_text(one.updated_at),
    }


def _rule(one: Offer) -> dict[str, Any]:
    rule = rule_of(one)
    if rule.fixed is not None:
        return {"type": "fixed", "value": decimal_text(rule.fixed)}
    return {
        "type": "margin",
        "bps": rule.margin_bps,
        "floor": None if rule.floor is None else decimal_text(rule.floor),
        "ceiling": None if rule.ceiling is None else decimal_text(rule.ceiling),
    }
