"""The market price: who counts, who is dropped, when there is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.prices.median import FARTHEST, SourceReading, find_median

prices = st.decimals(Decimal("0.000001"), Decimal(10) ** 12, places=6)


def reading(price: str | Decimal, age: int = 0, name: str = "a") -> SourceReading:
    return SourceReading(name=name, price=Decimal(price), age_seconds=age)


@pytest.mark.parametrize(
    ("quoted", "median"),
    [
        (["3000", "3001", "3002"], "3001"),
        (["3000", "3002"], "3001"),
        (["3000", "3001", "3002", "3003"], "3001.5"),
        (["3000", "3000", "9000"], "3000"),
        (["3000", "3010", "30"], "3005"),
    ],
)
def test_the_median_of_sources_that_agree_is_the_price(quoted: list[str], median: str) -> None:
    found = find_median([reading(price) for price in quoted], max_age=60)
    assert found is not None
    assert found.price == Decimal(median)


def test_a_source_exactly_five_percent_away_still_counts() -> None:
    found = find_median([reading("1000"), reading("1000"), reading("1050")], max_age=60)
    assert found is not None
    assert len(found.used) == 3
    found = find_median([reading("1000"), reading("1000"), reading("1050.01")], max_age=60)
    assert found is not None
    assert len(found.used) == 2


@pytest.mark.parametrize(
    "readings",
    [
        [],
        [reading("3000")],
        [reading("3000"), reading("3000", 61)],
        [reading("3000", 61), reading("3000", 61)],
        [reading("1000"), reading("2000")],
        [reading("1000"), reading("2000"), reading("4000")],
    ],
)
def test_without_two_fresh_sources_that_agree_there_is_no_price(readings: list[SourceReading]) -> None:
    assert find_median(readings, max_age=60) is None


def test_the_age_is_that_of_the_oldest_source_that_counts() -> None:
    found = find_median([reading("3000", 5), reading("3000", 60), reading("9000", 3), reading("3000", 99)], max_age=60)
    assert found is not None
    assert found.age_seconds == 60


@given(st.lists(st.tuples(prices, st.integers(0, 120)), max_size=9))
def test_the_price_lies_among_the_fresh_sources_it_comes_from(quoted: list[tuple[Decimal, int]]) -> None:
    readings = [reading(price, age) for price, age in quoted]
    found = find_median(readings, max_age=60)
    if found is None:
        return
    assert all(one in readings and one.age_seconds <= 60 for one in found.used)
    assert min(one.price for one in found.used) <= found.price <= max(one.price for one in found.used)
    assert len(found.used) >= 2


@given(prices, st.lists(st.integers(-490, 490), min_size=3, max_size=9), prices)
def test_one_liar_among_honest_sources_moves_the_price_no_further_than_they_reach(
    middle: Decimal, offsets: list[int], lie: Decimal
) -> None:
    honest = [middle * (10_000 + offset) / 10_000 for offset in offsets]
    found = find_median([*(reading(price) for price in honest), reading(lie)], max_age=60)
    if found is not None:
        slack = (1 + FARTHEST) ** 2
        assert min(honest) / slack <= found.price <= max(honest) * slack
