"""The charts' history: fine when young, coarse when old, in ranges of a bounded number of points."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exchange.prices import history
from exchange.prices.history import MOST_POINTS, STEPS, Point, points, step_for, thin
from exchange.prices.models import MedianPrice
from exchange.prices.tasks import thin_history
from tests.prices.test_market import read

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def keep(at: datetime, price: int = 3000) -> None:
    MedianPrice.objects.create(asset="ETH", currency="EUR", price=price, at=at)


def moments() -> list[datetime]:
    return list(MedianPrice.objects.order_by("at").values_list("at", flat=True))


def test_a_price_is_kept_every_ten_seconds() -> None:
    for second in range(0, 40, 5):
        read("3000", "3010", now=NOW + timedelta(seconds=second))
    assert moments() == [NOW + timedelta(seconds=second) for second in (0, 10, 20, 30)]


def test_a_price_that_does_not_count_is_not_in_the_chart() -> None:
    read("3000")
    read("3000", "9000", now=NOW + timedelta(seconds=10))
    assert points("ETH", "EUR", since=NOW - HOUR, until=NOW + HOUR) == []


def test_after_an_hour_one_price_a_minute_is_left_and_after_two_days_one_an_hour() -> None:
    start = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    for second in range(0, 180, 10):
        for age in (timedelta(0), timedelta(hours=2, minutes=30), DAY, 3 * DAY):
            keep(start - age + timedelta(seconds=second))
    thin(now=start + timedelta(minutes=30))
    left = {age: [at for at in moments() if start - age <= at < start - age + HOUR] for age in (DAY, 3 * DAY)}
    assert len([at for at in moments() if at >= start]) == 18
    assert left[DAY] == [start - DAY + timedelta(minutes=minute) for minute in range(3)]
    assert left[3 * DAY] == [start - 3 * DAY]


def test_the_first_price_of_an_hour_stays_even_if_it_is_late() -> None:
    start = datetime(2026, 11, 19, 12, 0, 0, tzinfo=UTC)
    for minute in (17, 18, 59):
        keep(start + timedelta(minutes=minute))
    keep(start + timedelta(minutes=61))
    thin(now=NOW)
    assert moments() == [start + timedelta(minutes=17), start + timedelta(minutes=61)]


def test_thinning_one_pair_leaves_the_others_alone_and_can_be_done_twice() -> None:
    at = datetime(2026, 11, 20, 15, 0, 0, tzinfo=UTC)
    keep(at)
    MedianPrice.objects.create(asset="ETH", currency="USD", price=1, at=at + timedelta(seconds=10))
    MedianPrice.objects.create(asset="DUSD", currency="EUR", price=1, at=at + timedelta(seconds=20))
    assert thin(now=NOW) == 0
    assert len(moments()) == 3


def test_what_is_older_than_a_chart_goes() -> None:
    keep(NOW - history.KEEP_HOURS - HOUR)
    keep(NOW - history.KEEP_HOURS + HOUR)
    assert thin(now=NOW) == 1
    thin_history()


@pytest.mark.parametrize("span", [timedelta(minutes=1), HOUR, DAY, 7 * DAY, 30 * DAY, 400 * DAY, 2000 * DAY])
def test_a_range_never_has_more_points_than_a_chart_shows(span: timedelta) -> None:
    step = step_for(span)
    assert step in STEPS
    assert span / step <= MOST_POINTS
    finer = [one for one in STEPS if one < step]
    assert not finer or span / finer[-1] > MOST_POINTS - 1


def test_a_point_has_the_last_price_of_its_step_and_the_reach_of_all() -> None:
    start = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    for minute, price in enumerate((3000, 3100, 2900, 3050)):
        keep(start + timedelta(minutes=minute), price)
    keep(start + timedelta(minutes=20), 3200)
    found = points("ETH", "EUR", since=start - 2 * DAY, until=start + HOUR)
    assert found == [
        Point(at=start, price=Decimal(3050), low=Decimal(2900), high=Decimal(3100)),
        Point(at=start + timedelta(minutes=15), price=Decimal(3200), low=Decimal(3200), high=Decimal(3200)),
    ]
    assert points("ETH", "USD", since=start - DAY, until=start + HOUR) == []
    assert points("ETH", "EUR", since=start + HOUR, until=start + 2 * HOUR) == []
