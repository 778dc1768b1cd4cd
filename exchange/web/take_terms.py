"""What a taker agrees to: the all-in quote of a form's answers."""

from datetime import datetime
from decimal import Decimal

from exchange.core import money
from exchange.offers.models import Offer
from exchange.prices.queries import Market
from exchange.trades.quoting import AllIn, quote_all_in


def terms_of(
    offer: Offer,
    *,
    market: Market,
    now: datetime,
    method: str,
    amount_fiat: Decimal | None = None,
    amount_coin: Decimal | None = None,
) -> AllIn:
    """Return the terms of taking so much money or so many coins of `offer` at today's price.

    Raises `Conflict` (`price_paused`) without a price, `Invalid` for an amount that is nothing at this price.
    """
    units = None if amount_coin is None else money.to_units(amount_coin, decimals=offer.asset.decimals)
    return quote_all_in(offer, now=now, market=market, method=method, amount_fiat=amount_fiat, amount_units=units)
