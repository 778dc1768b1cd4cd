"""The jump guard: a market price that leaps is not believed at once. Pure.

The outlier guard drops one source that lies. When all of them leap together (a flash crash, a shared fault, a currency
that lost its peg) the price may be right, and offers should not be taken at it within the same second. So the pair is
held, as if stale, until the new level has stood for a while or the old price is too old to compare with.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

# An accepted price older than this says nothing about a leap.
MEMORY = timedelta(minutes=10)
# The level that is waited for may drift so far.
SAME_LEVEL = Decimal("0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price and since when."""

    price: Decimal
    at: datetime


def judge(
    price: Decimal, *, accepted: Level | None, leapt: Level | None, most: Decimal, stands_for: timedelta, now: datetime
) -> Level | None:
    """Return None when `price` may be used now, else the level that is being waited for.

    `accepted` is the last price that was used, `leapt` the level already waited for, `most` the greatest share of the
    accepted price that it may move at once, `stands_for` how long a level must stand to be believed.
    """
    if accepted is None or now - accepted.at > MEMORY or _apart(price, accepted.price) <= most:
        return None
    if leapt is None or _apart(price, leapt.price) > SAME_LEVEL:
        return Level(price=price, at=now)
    return None if now - leapt.at >= stands_for else leapt


def _apart(price: Decimal, other: Decimal) -> Decimal:
    return abs(price - other) / other
