"""What taking an offer would come to, all in, before anybody commits: the same for the page, the API and the take.

Nothing is stored. The price is the one a quote token (`offers.quotes`) holds; both amounts, the fee, who pays the
network for what, the deadlines as they would be if the trade began now, and who locks what.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from exchange.core import money
from exchange.core.errors import Invalid
from exchange.offers.formulas import reckon, refreshed
from exchange.offers.gates import price_paused
from exchange.offers.models import Offer
from exchange.offers.models import Side as OfferSide
from exchange.offers.pricing import effective_price, rule_of
from exchange.prices import queries as prices
from exchange.prices.formula.evaluate import SourceUsed
from exchange.prices.queries import Market
from exchange.trades import queries

# What the seller's own transaction costs, rounded up from the contract's gas snapshot: a token is allowed first.
FUND_GAS, FUND_TOKEN_GAS = 60_000, 130_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AllIn:
    """One possible trade. `units` are locked, the buyer gets them less `fee`; `buys` says that the taker buys."""

    offer: Offer
    buys: bool
    price: Decimal
    market: Market
    formula_sources: tuple[SourceUsed, ...]
    fiat: Decimal
    units: int
    fee: int
    buyer_gets: int
    fee_bps: int
    lock_window: int
    lock_gas: int
    accept_by: datetime | None
    lock_by: datetime
    pay_by: datetime
    method: str = ""


def quote_all_in(
    offer: Offer,
    *,
    now: datetime,
    market: Market | None = None,
    price: Decimal | None = None,
    amount_fiat: Decimal | None = None,
    amount_units: int | None = None,
    method: str = "",
) -> AllIn:
    """Return the whole of taking so much money or so many base units of `offer` now (at `price`, if one was quoted).

    Raises `Conflict` (`price_paused`) without a price, `Invalid` for an amount that cannot be traded at it.
    """
    market = market or prices.market(offer.asset.symbol, offer.currency_id, now=now)
    value = price or effective_price(rule_of(refreshed(offer, now=now)), market, now=now)
    if value is None:
        raise price_paused(offer.formula_problem)
    units, fiat = fix_amounts(offer, price=value, amount_fiat=amount_fiat, amount_units=amount_units)
    house = queries.house(offer.asset, units)
    buyer_gets, _, fee = money.split(units, buyer_bps=money.BPS, fee_bps=house.fee_bps)
    lock_by = now + timedelta(seconds=house.lock_window)
    return AllIn(
        offer=offer,
        buys=offer.side == OfferSide.SELL,
        price=value,
        market=market,
        formula_sources=_formula_sources(offer, now=now),
        fiat=fiat,
        units=units,
        fee=fee,
        buyer_gets=buyer_gets,
        fee_bps=house.fee_bps,
        lock_window=house.lock_window,
        lock_gas=FUND_TOKEN_GAS if offer.asset.token else FUND_GAS,
        accept_by=now + timedelta(seconds=settings.APPROVAL_WINDOW) if offer.approve_by_hand else None,
        lock_by=lock_by,
        pay_by=lock_by + timedelta(seconds=offer.payment_window),
        method=method,
    )


def fix_amounts(
    offer: Offer, *, price: Decimal, amount_fiat: Decimal | None, amount_units: int | None
) -> tuple[int, Decimal]:
    """Return (base units, fiat) of one of the two amounts at `price`. Raises `Invalid` naming the field."""
    places, decimals = offer.currency.minor_units, offer.asset.decimals
    if (amount_fiat is None) == (amount_units is None):
        raise Invalid(fields={"/amount_fiat": "Give either amount_fiat or amount_asset."})
    if amount_fiat is not None:
        if amount_fiat <= 0 or amount_fiat != money.round_fiat(amount_fiat, minor_units=places):
            raise Invalid(fields={"/amount_fiat": f"Give more than zero with at most {places} decimals."})
        units, fiat = money.coins_for(amount_fiat, price=price, decimals=decimals), amount_fiat
        field = "/amount_fiat"
    else:
        units, field = int(amount_units or 0), "/amount_asset"
        fiat = money.fiat_for(units, price=price, decimals=decimals, minor_units=places)
    if units <= 0 or units >= 2**128 or fiat <= 0:
        words = "This amount is too small or too large to be traded at this price."
        raise Invalid(fields={field: words})
    return units, fiat


def _formula_sources(offer: Offer, *, now: datetime) -> tuple[SourceUsed, ...]:
    if not offer.formula:
        return ()
    return reckon(rule_of(offer), asset=offer.asset.symbol, currency=offer.currency_id, now=now).sources
