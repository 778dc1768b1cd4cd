"""The price of a pair over time, for charts: fine when young, coarse when old, never more points than a chart shows.

younger than an hour      every ten seconds
younger than two days     every minute
younger than 400 days     every hour
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection

from exchange.prices.models import MedianPrice

KEEP_RAW = timedelta(hours=1)
KEEP_MINUTES = timedelta(hours=48)
KEEP_HOURS = timedelta(days=400)
MOST_POINTS = 400
STEPS = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 86_400, 7 * 86_400)
)
# Beyond this age only whole hours are left; a worker that slept longer leaves some minutes behind.
_LOOK_BACK = timedelta(days=14)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_THIN = """
    DELETE FROM prices_medianprice AS old
     WHERE old.at >= %s AND old.at < %s AND EXISTS (
           SELECT 1 FROM prices_medianprice AS first
            WHERE first.asset = old.asset AND first.currency = old.currency
              AND first.at >= date_bin(%s::interval, old.at, %s) AND first.at < old.at)
"""
_RANGE = """
    SELECT date_bin(%s::interval, at, %s) AS bin, (array_agg(price ORDER BY at DESC))[1], min(price), max(price)
      FROM prices_medianprice
     WHERE asset = %s AND currency = %s AND at >= %s AND at <= %s
     GROUP BY bin ORDER BY bin
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A step of time from `at` on: the last price in it, the lowest and the highest."""

    at: datetime
    price: Decimal
    low: Decimal
    high: Decimal


def step_for(span: timedelta) -> timedelta:
    """Return the finest step that shows `span` in at most `MOST_POINTS` points."""
    return next((step for step in STEPS if span / step <= MOST_POINTS - 1), STEPS[-1])


def points(asset: str, currency: str, *, since: datetime, until: datetime) -> list[Point]:
    """Return the price of a pair in a range, oldest first; steps in which there was no price are left out."""
    step = step_for(until - since)
    with connection.cursor() as cursor:
        cursor.execute(_RANGE, [_interval(step), _EPOCH, asset, currency, since, until])
        rows = cursor.fetchall()
    return [Point(at=at, price=price, low=low, high=high) for at, price, low, high in rows]


def _interval(step: timedelta) -> str:
    return f"{step // timedelta(seconds=1)} seconds"


def thin(*, now: datetime) -> int:
    """Leave one price a minute, one an hour, or none, by age; return how many rows went."""
    gone, _ = MedianPrice.objects.filter(at__lt=now - KEEP_HOURS).delete()
    passes = (
        (now - KEEP_MINUTES, now - KEEP_RAW, timedelta(minutes=1)),
        (now - KEEP_MINUTES - _LOOK_BACK, now - KEEP_MINUTES, timedelta(hours=1)),
    )
    with connection.cursor() as cursor:
        for since, until, step in passes:
            cursor.execute(_THIN, [since, until, _interval(step), _EPOCH])
            gone += cursor.rowcount
    return gone
