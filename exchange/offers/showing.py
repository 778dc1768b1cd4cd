"""Whether the book shows an active offer just now, and when to look again. Pure; `listing.py` writes it down.

Three things hide an offer without touching what was signed: its maker takes a break, it is outside its working hours,
or less is left than its smallest trade. None of them is final; each has a moment at which it is looked at again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from exchange.core import money
from exchange.offers.hours import WorkingHours, is_open, next_turn
from exchange.offers.models import Hidden, Offer, PriceType

# What is left of a floating offer may be enough again when the price rises: it is hidden only when the price would
# have to double, and looked at again before it can.
ROOM = 2
LOOK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Why an offer is hidden (or not), and when that has to be looked at again."""

    hidden: Hidden
    turns_at: datetime | None = None


def showing_of(
    offer: Offer, *, away_until: datetime | None, is_away: bool, price: Decimal | None, now: datetime
) -> Showing:
    """Return whether the book shows `offer` at `now`; `price` is its effective price, None while it is paused."""
    hours = hours_of(offer)
    if is_away and (away_until is None or away_until > now):
        return Showing(hidden=Hidden.BREAK, turns_at=away_until)
    turn = next_turn(hours, now=now)
    if not is_open(hours, now=now):
        return Showing(hidden=Hidden.HOURS, turns_at=turn)
    if is_spent(offer, price=price):
        later = None if offer.price_type == PriceType.FIXED or not offer.remaining_units else now + LOOK_AGAIN
        return Showing(hidden=Hidden.EMPTY, turns_at=min((one for one in (turn, later) if one), default=None))
    return Showing(hidden=Hidden.NOT, turns_at=turn)


def is_spent(offer: Offer, *, price: Decimal | None) -> bool:
    """Return whether what is left cannot make the offer's smallest trade, now or at a price somewhat higher."""
    if not offer.remaining_units:
        return True
    if price is None:
        return False
    room = 1 if offer.price_type == PriceType.FIXED else ROOM
    left, decimals = int(offer.remaining_units), offer.asset.decimals
    return money.coins_for(offer.min_fiat, price=price * room, decimals=decimals) > left


def hours_of(offer: Offer) -> WorkingHours | None:
    """Return the working hours of an offer, None when it has none."""
    if offer.open_from is None or offer.open_until is None:
        return None
    return WorkingHours(start=offer.open_from, end=offer.open_until, days=offer.open_days, time_zone=offer.time_zone)
