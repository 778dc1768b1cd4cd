"""The jump guard in the database: held, let go, and never in a chart before it is believed."""

from decimal import Decimal

import pytest
from django.conf import LazySettings

from exchange.prices import actions, queries
from exchange.prices.formula.tree import SourceName
from exchange.prices.models import Leap, MedianPrice, Reading
from exchange.prices.named import named_prices
from tests.prices.told import Told, after

pytestmark = pytest.mark.django_db


def both(price: str, seconds: int) -> queries.Market:
    actions.read_sources([Told("a", price), Told("b", price)], now=after(seconds))
    return queries.market("ETH", "USD", now=after(seconds))


def test_a_price_that_leaps_is_held_until_it_has_stood() -> None:
    assert both("3000", 0).price == 3000
    held = both("4000", 10)
    assert (held.price, held.is_stale, held.is_held) == (None, True, True)
    assert len(held.sources) == 2
    own = SourceName("a", "ETH", "USD")
    assert named_prices([own], now=after(10))[own].price is None
    for second in range(20, 130, 10):
        assert both("4000", second).is_held
    assert both("4010", 130).price == 4010
    assert not Leap.objects.exists()
    # The chart never shows what was not believed.
    assert set(MedianPrice.objects.values_list("price", flat=True)) == {Decimal(3000), Decimal(4010)}


def test_a_flash_that_goes_by_is_never_seen() -> None:
    both("3000", 0)
    assert both("1500", 10).is_held
    back = both("3005", 20)
    assert (back.price, back.is_held) == (Decimal(3005), False)


def test_a_source_that_comes_late_to_a_leap_is_held_with_the_others() -> None:
    both("3000", 0)
    both("4000", 10)
    actions.read_sources([Told("c", "4000")], now=after(15))
    assert queries.market("ETH", "USD", now=after(15)).is_held
    assert Reading.objects.filter(held=True).count() == 3


def test_after_a_long_silence_any_price_is_news_and_not_a_leap() -> None:
    both("3000", 0)
    assert both("9000", 700).price == 9000


def test_how_far_a_leap_goes_is_a_setting(settings: LazySettings) -> None:
    settings.PRICE_JUMP_BPS = 100
    both("3000", 0)
    assert not both("3030", 10).is_held
    assert both("3062", 20).is_held
