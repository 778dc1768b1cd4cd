"""Public figures of finished trades, made so that no single trade can be read off.

1. A figure covers at least `LEAST` trades. Days with fewer are put together until there are enough.
2. Only whole days (UTC) that are over count, and the cuts between the steps are made from the first day on. So what was
   shown once never changes, and comparing today's page with yesterday's, or two ranges, gives nobody away.
3. Of prices the middle half is told, never the extremes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from exchange.core.money import BPS
from exchange.trades.models import Trade
from exchange.trades.states import State

LEAST = 5
COUNTED = (State.RELEASED, State.RESOLVED)
_WINDOWS = (1, 7, 30, 90)
_STEPS = """
    SELECT width_bucket(finished_at, %(cuts)s::timestamptz[]) AS step,
           count(*), sum(amount), sum(amount_fiat),
           (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - paid_at))
                FILTER (WHERE state = 'released' AND paid_at IS NOT NULL))::int,
           (percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - paid_at))
                FILTER (WHERE state = 'released' AND paid_at IS NOT NULL))::int,
           count(*) FILTER (WHERE state = 'released' AND paid_at IS NOT NULL),
           (percentile_cont(0.25) WITHIN GROUP (ORDER BY away))::int,
           (percentile_cont(0.75) WITHIN GROUP (ORDER BY away))::int,
           count(away)
      FROM (SELECT *, (price / nullif(price_snapshot ->> 'market', '')::numeric - 1) * 10000 AS away
              FROM trades_trade
             WHERE asset_id = %(asset)s AND currency_id = %(currency)s AND state = ANY(%(states)s)
               AND finished_at >= %(first)s AND finished_at < %(last)s) AS finished
     GROUP BY step ORDER BY step
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Finished trades from `start` until before `end`. Units are base units, times seconds, premiums basis points.

    A figure is None where fewer than `LEAST` of its trades have it.
    """

    start: datetime
    end: datetime
    trades: int
    units: int
    fiat: Decimal
    release_median: int | None
    release_slow: int | None
    premium_low: int | None
    premium_high: int | None

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.end - self.start) // timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The node's figures in one glance; None and 0 where there were too few trades to tell.

    `volume_days` says over how many days the volume was summed, `funded` and `ruled` how many trades the shares are of.
    """

    volume_units: int | None
    volume_days: int
    release_median: int | None
    disputed: int
    funded: int
    ruled_in_time: int
    ruled: int

    @property
    def dispute_bps(self) -> int:
        """The share of trades that came to a dispute, in basis points."""
        return self.disputed * BPS // self.funded if self.funded else 0

    @property
    def in_time_bps(self) -> int:
        """The share of cases that were ruled before time ran out, in basis points."""
        return self.ruled_in_time * BPS // self.ruled if self.ruled else 0


def steps(asset_id: int, currency: str, *, now: datetime) -> list[Step]:
    """Return the steps of a pair from its first trade to its last whole one, oldest first."""
    today = datetime.combine(now.astimezone(UTC).date(), time(tzinfo=UTC))
    finished = Trade.objects.filter(asset_id=asset_id, currency_id=currency, state__in=COUNTED, finished_at__lt=today)
    days = finished.annotate(day=TruncDate("finished_at", tzinfo=UTC)).values("day").annotate(count=Count("id"))
    cuts = cut(
        [(datetime.combine(row["day"], time(tzinfo=UTC)), row["count"]) for row in days.order_by("day")], until=today
    )
    if len(cuts) < 2:
        return []
    params: dict[str, Any] = {
        "cuts": cuts,
        "asset": asset_id,
        "currency": currency,
        "states": [state.value for state in COUNTED],
        "first": cuts[0],
        "last": cuts[-1],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, params)
        return [_step(row, cuts) for row in cursor.fetchall()]


def cut(days: Sequence[tuple[datetime, int]], *, until: datetime) -> list[datetime]:
    """Return where the steps begin, and at last where the last one ends. Pure.

    `days` are days with trades and how many, in order. A step ends with the day on which it has enough; days without a
    trade belong to the step that follows them, except that a step never waits for more than `LEAST` trades.
    """
    cuts: list[datetime] = []
    count = 0
    for day, trades in days:
        if not cuts:
            cuts.append(day)
        count += trades
        if count >= LEAST:
            cuts.append(min(day + timedelta(days=1), until))
            count = 0
    return cuts


def headline(asset_id: int, *, now: datetime) -> Headline:
    """Return the figures of all currencies together for one coin's volume, and of all trades for the shares."""
    volume, days = _volume(asset_id, now=now)
    ended = Trade.objects.filter(
        funded_at__isnull=False, finished_at__gte=now - timedelta(days=_WINDOWS[-1]), finished_at__lte=now
    )
    told = ended.aggregate(
        funded=Count("id"),
        disputed=Count("id", filter=Q(disputed_at__isnull=False)),
        ruled_in_time=Count("id", filter=Q(state=State.RESOLVED, outcome__how="ruled")),
        ruled=Count("id", filter=Q(state=State.RESOLVED, outcome__how__in=["ruled", "fallback"])),
    )
    enough = told["funded"] >= LEAST
    return Headline(
        volume_units=volume,
        volume_days=days,
        release_median=_release_median(now=now),
        disputed=told["disputed"] if enough else 0,
        funded=told["funded"] if enough else 0,
        ruled_in_time=told["ruled_in_time"] if enough else 0,
        ruled=told["ruled"] if enough else 0,
    )


def _volume(asset_id: int, *, now: datetime) -> tuple[int | None, int]:
    """Return the volume of the shortest window that has enough trades, and its days."""
    for days in _WINDOWS:
        finished = Trade.objects.filter(
            asset_id=asset_id, state__in=COUNTED, finished_at__gt=now - timedelta(days=days), finished_at__lte=now
        )
        told = finished.aggregate(count=Count("id"), sum=Sum("amount"))
        if told["count"] >= LEAST:
            return int(told["sum"]), days
    return None, _WINDOWS[-1]


def _release_median(*, now: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - paid_at)))::int,"
            " count(*) FROM trades_trade WHERE state = 'released' AND paid_at IS NOT NULL AND finished_at > %s"
            " AND finished_at <= %s",
            [now - timedelta(days=30), now],
        )
        median, count = cursor.fetchone()
    return median if count >= LEAST else None


def _step(row: tuple[Any, ...], cuts: list[datetime]) -> Step:
    number, trades, units, fiat, median, slow, released, low, high, priced = row
    return Step(
        start=cuts[number - 1],
        end=cuts[number],
        trades=trades,
        units=int(units),
        fiat=fiat,
        release_median=median if released >= LEAST else None,
        release_slow=slow if released >= LEAST else None,
        premium_low=low if priced >= LEAST else None,
        premium_high=high if priced >= LEAST else None,
    )
