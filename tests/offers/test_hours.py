"""Working hours: days, midnight, clock changes, and the moment they turn."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.offers.hours import EVERY_DAY, WorkingHours, is_open, next_turn

WEEKDAYS = 0b11111


def hours(start: int, end: int, days: int = EVERY_DAY, zone: str = "Europe/Berlin") -> WorkingHours:
    return WorkingHours(start=start, end=end, days=days, time_zone=zone)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-26T07:59", False),
        ("2026-11-26T08:00", True),
        ("2026-11-26T17:59", True),
        ("2026-11-26T18:00", False),
        ("2026-11-28T12:00", False),  # a Saturday
    ],
)
def test_office_hours_are_local_and_on_weekdays(moment: str, expected: bool) -> None:
    assert is_open(hours(480, 1080, WEEKDAYS), now=berlin(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T21:59", False),
        ("2026-11-27T22:00", True),
        ("2026-11-28T01:59", True),  # still Friday's night
        ("2026-11-28T02:00", False),
        ("2026-11-28T23:00", False),
    ],
)
def test_a_night_belongs_to_the_day_it_begins_on(moment: str, expected: bool) -> None:
    assert is_open(hours(22 * 60, 120, 1 << 4), now=berlin(moment)) is expected


def test_the_text_that_is_signed_and_the_words_for_people() -> None:
    assert hours(480, 1080, WEEKDAYS).text == "08:00-18:00 12345 Europe/Berlin"
    assert hours(480, 1080, WEEKDAYS).words == "08:00 to 18:00, Mon to Fri (Europe/Berlin)"
    assert hours(0, 1440).words == "00:00 to 24:00, every day (Europe/Berlin)"
    assert hours(0, 60, 0b1000001).words == "00:00 to 01:00, Mon, Sun (Europe/Berlin)"


def test_hours_that_never_close_have_no_turn() -> None:
    assert next_turn(hours(0, 1440), now=berlin("2026-11-26T12:00")) is None
    assert next_turn(None, now=berlin("2026-11-26T12:00")) is None


def test_over_the_weekend_the_next_turn_is_on_monday() -> None:
    assert next_turn(hours(480, 1080, WEEKDAYS), now=berlin("2026-11-27T19:00")) == berlin("2026-11-30T08:00")


@given(
    start=st.integers(0, 1439),
    end=st.integers(0, 1440),
    days=st.integers(1, 127),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    moment=st.integers(1_767_225_600, 1_830_297_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_between_now_and_the_next_turn_nothing_changes(
    start: int, end: int, days: int, zone: str, moment: datetime
) -> None:
    if start == end:
        end += 1
    wanted = hours(start, end, days, zone)
    state, turn = is_open(wanted, now=moment), next_turn(wanted, now=moment)
    last = (turn or moment + timedelta(days=7)) - timedelta(seconds=1)
    step = max(timedelta(minutes=31), (last - moment) / 40)
    at = moment
    while at < last:
        assert is_open(wanted, now=at) is state
        at += step
    assert is_open(wanted, now=last) is state or last < moment
    if turn is not None:
        assert is_open(wanted, now=turn) is not state
