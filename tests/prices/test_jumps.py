"""The jump guard, as a value: who is believed at once, who has to stand first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exchange.prices.jumps import MEMORY, Level, judge

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
FIFTH = Decimal("0.2")
STANDS = timedelta(minutes=2)


def level(price: str, *, seconds_ago: int = 5) -> Level:
    return Level(price=Decimal(price), at=NOW - timedelta(seconds=seconds_ago))


def judged(price: str, accepted: Level | None, leapt: Level | None = None) -> Level | None:
    return judge(Decimal(price), accepted=accepted, leapt=leapt, most=FIFTH, stands_for=STANDS, now=NOW)


def test_a_price_near_the_last_one_is_believed_at_once() -> None:
    assert judged("3600", level("3000")) is None
    assert judged("2400", level("3000")) is None


def test_a_leap_is_held_from_now_on() -> None:
    assert judged("3600.01", level("3000")) == Level(price=Decimal("3600.01"), at=NOW)
    assert judged("2399.99", level("3000")) == Level(price=Decimal("2399.99"), at=NOW)


def test_a_level_that_stood_long_enough_is_believed() -> None:
    waiting = level("4000", seconds_ago=119)
    assert judged("4010", level("3000"), waiting) is waiting
    assert judged("4010", level("3000"), level("4000", seconds_ago=120)) is None


def test_a_price_that_leaps_about_waits_anew_each_time() -> None:
    assert judged("5000", level("3000"), level("4000", seconds_ago=119)) == Level(price=Decimal(5000), at=NOW)


def test_a_price_that_comes_back_is_believed_at_once() -> None:
    assert judged("3010", level("3000"), level("4000", seconds_ago=60)) is None


def test_without_a_price_of_late_there_is_nothing_to_compare_with() -> None:
    assert judged("9000", None) is None
    assert judged("9000", level("3000", seconds_ago=601)) is None
    assert timedelta(minutes=10) == MEMORY


@given(st.decimals(1, 10**6, places=2), st.decimals(1, 10**6, places=2), st.integers(0, 600))
def test_what_is_held_lies_beyond_the_limit_and_what_is_not_within_it(
    price: Decimal, before: Decimal, age: int
) -> None:
    held = judge(
        price,
        accepted=Level(price=before, at=NOW - timedelta(seconds=age)),
        leapt=None,
        most=FIFTH,
        stands_for=STANDS,
        now=NOW,
    )
    assert (held is not None) == (abs(price - before) / before > FIFTH)
