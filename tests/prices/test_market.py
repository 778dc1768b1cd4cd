"""Prices in the database: read, kept, aged, told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings

from exchange.prices import actions, queries
from exchange.prices.models import MedianPrice, Reading
from exchange.prices.sources.base import Quotation, SourceFailed
from exchange.prices.tasks import read_prices
from tests.hearing import hints_heard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)


class Fixed:
    """A source that says what it is told."""

    every = 5

    def __init__(self, name: str, price: str) -> None:
        self.name, self.price = name, Decimal(price)

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        return [Quotation(asset="ETH", currency="EUR", price=self.price, observed_at=now)]


class Broken:
    """A source that is down."""

    name = "broken"
    every = 5

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        raise SourceFailed("connection refused")


def read(*prices: str, now: datetime = NOW) -> queries.Market:
    actions.read_sources([Fixed(f"s{number}", price) for number, price in enumerate(prices)], now=now)
    return queries.market("ETH", "EUR", now=now)


def test_the_median_of_what_was_read_is_the_market_price() -> None:
    market = read("3000", "3010", "3020")
    assert market.price == Decimal(3010)
    assert not market.is_stale
    assert market.age_seconds == 0
    assert [(one.name, one.price) for one in market.sources] == [
        ("s0", Decimal(3000)),
        ("s1", Decimal(3010)),
        ("s2", Decimal(3020)),
    ]
    assert market.label == "Demo prices"


def test_a_price_grows_old_and_says_so() -> None:
    read("3000", "3010")
    fresh = queries.market("ETH", "EUR", now=NOW + timedelta(seconds=60))
    assert (fresh.age_seconds, fresh.is_stale) == (60, False)
    old = queries.market("ETH", "EUR", now=NOW + timedelta(seconds=61))
    assert (old.price, old.age_seconds, old.is_stale) == (None, 61, True)
    assert len(old.sources) == 2


def test_the_age_limit_is_a_setting(settings: LazySettings) -> None:
    settings.PRICE_MAX_AGE = 10
    read("3000", "3010")
    assert queries.market("ETH", "EUR", now=NOW + timedelta(seconds=11)).is_stale


def test_a_pair_nobody_quotes_is_stale() -> None:
    market = queries.market("ETH", "XYZ", now=NOW)
    assert (market.price, market.sources, market.age_seconds, market.is_stale) == (None, (), None, True)


def test_a_broken_source_does_not_stop_the_others() -> None:
    actions.read_sources([Broken(), Fixed("a", "3000"), Fixed("b", "3000")], now=NOW)
    assert queries.market("ETH", "EUR", now=NOW).price == Decimal(3000)


def test_only_the_latest_reading_of_a_source_is_kept() -> None:
    read("3000", "3010")
    market = read("3100", "3110", now=NOW + timedelta(seconds=5))
    assert Reading.objects.count() == 2
    assert market.price == Decimal(3105)


def test_the_price_of_yesterday_is_found() -> None:
    assert queries.price_of_yesterday("ETH", "EUR", now=NOW) is None
    MedianPrice.objects.create(asset="ETH", currency="EUR", price=2900, at=NOW - timedelta(hours=25))
    MedianPrice.objects.create(asset="ETH", currency="EUR", price=2950, at=NOW - timedelta(hours=23))
    assert queries.price_of_yesterday("ETH", "EUR", now=NOW) == Decimal(2900)


def test_the_beat_reads_the_demo(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(17):
        read_prices()
    assert MedianPrice.objects.filter(asset="ETH").count() == MedianPrice.objects.filter(asset="DUSD").count() > 30


def test_open_pages_hear_of_a_move_of_a_basis_point(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    def hear(*prices: str, after: int) -> list[tuple[str, object]]:
        with hints_heard() as heard, django_capture_on_commit_callbacks(execute=True):
            read(*prices, now=NOW + timedelta(seconds=after))
        return [(topic, message["price"]) for topic, message in heard]

    assert hear("3000", "3000", after=0) == [("price:ETH/EUR", "3000.0000000000")]
    assert hear("3000.29", "3000.29", after=5) == []
    assert hear("3000.60", "3000.60", after=10) == [("price:ETH/EUR", "3000.6000000000")]
    assert hear("3000.60", "9000", after=15) == [("price:ETH/EUR", None)]
