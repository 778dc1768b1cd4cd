"""Quotes: a signed note of the price a taker has seen. It cannot be forged, only grow old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.signing import BadSignature, Signer

from exchange.core import clock
from exchange.core.errors import Conflict, Invalid
from exchange.offers.formulas import refreshed
from exchange.offers.models import Offer
from exchange.offers.pricing import effective_price, rule_of
from exchange.prices import queries as prices

LIFETIME = timedelta(seconds=60)
_SALT = "parley.offers.quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The price of one coin of an offer in one version, shown for an amount of fiat, good until `expires`."""

    offer: str
    version: int
    price: Decimal
    amount: Decimal
    expires: datetime


def make_quote(offer: Offer, amount: Decimal, now: datetime) -> str:
    """Return the token for taking `amount` of fiat at today's price. Raises `Conflict` while the price is paused."""
    market = prices.market(offer.asset.symbol, offer.currency_id, now=now)
    price = effective_price(rule_of(refreshed(offer, now=now)), market, now=now)
    if price is None:
        raise Conflict("Price paused: the market price is too old. Try again in a minute.", code="price_paused")
    expires = clock.to_unix(now + LIFETIME)
    return Signer(salt=_SALT).sign_object(
        {"o": offer.code, "v": offer.version, "p": format(price, "f"), "a": format(amount, "f"), "x": expires}
    )


def read_quote(token: str, now: datetime) -> Quote:
    """Return what `token` says. Raises `Invalid` if it is not ours, `Conflict` (`quote_expired`) if it is old."""
    try:
        facts = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise Invalid(fields={"/quote": "This is no quote of this site."}) from error
    quote = Quote(
        offer=facts["o"],
        version=facts["v"],
        price=Decimal(facts["p"]),
        amount=Decimal(facts["a"]),
        expires=clock.from_unix(facts["x"]),
    )
    if quote.expires <= now:
        raise Conflict("The price you saw is too old. Look at it again and decide anew.", code="quote_expired")
    return quote
