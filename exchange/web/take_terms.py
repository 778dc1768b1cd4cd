"""What a taker agrees to, reckoned before anything is stored: both amounts, price, fee, deadlines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from exchange.core import money
from exchange.core.errors import Invalid
from exchange.offers.formulas import refreshed
from exchange.offers.gates import price_paused
from exchange.offers.models import Offer
from exchange.offers.pricing import effective_price, rule_of
from exchange.prices.queries import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One possible trade. `units` are locked, the buyer gets them less `fee`; windows are seconds."""

    offer: Offer
    buys: bool
    price: Decimal
    market: Market
    fiat: Decimal
    units: int
    fee: int
    buyer_gets: int
    fee_bps: int
    lock_window: int
    method: str


def terms_of(
    offer: Offer,
    *,
    market: Market,
    now: datetime,
    method: str,
    amount_fiat: Decimal | None = None,
    amount_coin: Decimal | None = None,
) -> Terms:
    """Return the terms of taking so much money or so many coins of `offer` at today's price.

    Raises `Conflict` (`price_paused`) without a price, `Invalid` for an amount that is nothing at this price.
    """
    price = effective_price(rule_of(refreshed(offer, now=now)), market, now=now)
    if price is None:
        raise price_paused(offer.formula_problem)
    decimals, minor_units = offer.asset.decimals, offer.currency.minor_units
    if amount_coin is not None:
        units = money.to_units(amount_coin, decimals=decimals)
        fiat = money.fiat_for(units, price=price, decimals=decimals, minor_units=minor_units)
    else:
        fiat = amount_fiat or Decimal(0)
        units = money.coins_for(fiat, price=price, decimals=decimals)
    if units <= 0 or fiat <= 0:
        raise Invalid(fields={"/amount": "This amount is too small to be traded at this price."})
    fee_bps = settings.FEE_BPS if settings.FEE_RECIPIENT else 0
    buyer_gets, _, fee = money.split(units, buyer_bps=money.BPS, fee_bps=fee_bps)
    return Terms(
        offer=offer,
        buys=offer.side == "sell",
        price=price,
        market=market,
        fiat=fiat,
        units=units,
        fee=fee,
        buyer_gets=buyer_gets,
        fee_bps=fee_bps,
        lock_window=settings.LOCK_WINDOW,
        method=method,
    )


def deadlines_of(terms: Terms, *, now: datetime) -> tuple[datetime, datetime]:
    """Return by when the coins must be locked and the money sent, if the trade started now."""
    lock_by = now + timedelta(seconds=terms.lock_window)
    return lock_by, lock_by + timedelta(seconds=terms.offer.payment_window)
