"""Public figures: right sums, and no trade that could be read off."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.trades import figures
from exchange.trades.figures import LEAST, Step, cut, headline, steps
from exchange.trades.models import Trade
from tests.builders import offer, sara
from tests.trade_builders import taken

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)

days = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 12)), max_size=30)


def moments(gaps: list[tuple[int, int]]) -> list[tuple[datetime, int]]:
    at, found = datetime(2026, 1, 1, tzinfo=UTC), []
    for gap, count in gaps:
        at += gap * DAY
        found.append((at, count))
    return found


@given(days)
def test_every_step_holds_enough_trades_and_ends_as_soon_as_it_does(gaps: list[tuple[int, int]]) -> None:
    told = moments(gaps)
    cuts = cut(told, until=datetime(2030, 1, 1, tzinfo=UTC))
    sums = [sum(count for day, count in told if start <= day < end) for start, end in pairwise(cuts)]
    assert all(count >= LEAST for count in sums)
    for start, end in pairwise(cuts):
        assert sum(count for day, count in told if start <= day < end - DAY) < LEAST
    if len(cuts) > 1:
        assert sum(count for day, count in told if day >= cuts[-1]) < LEAST


@given(days, days)
def test_what_was_shown_once_never_changes(before: list[tuple[int, int]], later: list[tuple[int, int]]) -> None:
    until = datetime(2060, 1, 1, tzinfo=UTC)
    old = cut(moments(before), until=until)
    new = cut(moments([*before, *later]), until=until)
    assert len(old) < 2 or new[: len(old)] == old


def finished(*ended: datetime, price: str = "3000", state: str = "released", how: str = "", minutes: int = 6) -> None:
    """Put copies of one trade into the table as they would stand at their end: the rows are what is counted."""
    base = Trade.objects.first() or taken().trade
    for at in ended:
        number = Trade.objects.count()
        row = Trade.objects.get(pk=base.pk)
        row.pk, row.code, row.trade_id = None, f"T{number:07d}", "0x" + f"{number:064x}"
        row.state, row.last_event_id, row.deadline = state, number + 1, None
        row.created_at = row.updated_at = row.funded_at = at - timedelta(hours=1)
        row.paid_at, row.finished_at = at - timedelta(minutes=minutes), at
        row.disputed_at = at if how else None
        row.outcome = {"how": how} if how else {}
        row.price, row.price_snapshot = Decimal(price), {"market": "3000"}
        row.to_buyer, row.to_seller, row.fee = row.amount, 0, 0
        row.save(force_insert=True)


def pair() -> tuple[int, str]:
    trade = Trade.objects.order_by("pk")[0]
    return trade.asset_id, trade.currency_id


@pytest.mark.django_db
def test_days_with_too_few_trades_are_put_together() -> None:
    finished(*[TODAY - 10 * DAY + timedelta(hours=hour) for hour in (1, 2, 3)])
    finished(*[TODAY - 8 * DAY + timedelta(hours=hour) for hour in (1, 23)], price="3030")
    finished(*[TODAY - 3 * DAY + timedelta(hours=hour) for hour in range(6)])
    finished(*[TODAY - DAY] * 4)
    units = int(Trade.objects.order_by("pk")[0].amount)
    found = steps(*pair(), now=NOW)
    assert [(step.start, step.end, step.trades, step.units) for step in found] == [
        (TODAY - 10 * DAY, TODAY - 7 * DAY, 5, 5 * units),
        (TODAY - 7 * DAY, TODAY - 2 * DAY, 6, 6 * units),
    ]
    assert found[0].days == 3
    assert (found[0].premium_low, found[0].premium_high) == (0, 100)
    assert (found[0].release_median, found[0].release_slow) == (360, 360)


@pytest.mark.django_db
def test_today_and_trades_that_came_to_nothing_do_not_count() -> None:
    finished(*[TODAY + timedelta(hours=1)] * 10)
    finished(*[TODAY - DAY] * 10, state="refunded")
    assert steps(*pair(), now=NOW) == []


@pytest.mark.django_db
def test_a_figure_of_too_few_trades_within_a_step_is_left_out() -> None:
    finished(*[TODAY - DAY] * 4)
    finished(TODAY - DAY, state="resolved", how="ruled")
    (step,) = steps(*pair(), now=NOW)
    assert (step.trades, step.release_median, step.release_slow) == (5, None, None)
    assert (step.premium_low, step.premium_high) == (0, 0)


@pytest.mark.django_db
def test_the_headline_widens_its_window_until_nobody_is_exposed() -> None:
    finished(*[NOW - timedelta(hours=1)] * 4)
    asset_id, _ = pair()
    few = headline(asset_id, now=NOW)
    assert (few.volume_units, few.volume_days, few.release_median, few.funded, few.dispute_bps) == (
        None,
        90,
        None,
        0,
        0,
    )
    finished(NOW - 3 * DAY)
    units = int(Trade.objects.order_by("pk")[0].amount)
    wider = headline(asset_id, now=NOW)
    assert (wider.volume_units, wider.volume_days, wider.release_median) == (5 * units, 7, 360)
    finished(NOW - timedelta(hours=2))
    assert headline(asset_id, now=NOW).volume_days == 1


@pytest.mark.django_db
def test_shares_of_disputes_and_of_rulings_within_time() -> None:
    finished(*[NOW - DAY] * 6)
    finished(*[NOW - DAY] * 2, state="resolved", how="ruled")
    finished(NOW - DAY, state="resolved", how="fallback")
    finished(NOW - DAY, state="resolved", how="settled")
    asset_id, _ = pair()
    found = headline(asset_id, now=NOW)
    assert (found.disputed, found.funded, found.dispute_bps) == (4, 10, 4000)
    assert (found.ruled_in_time, found.ruled, found.in_time_bps) == (2, 3, 6666)


@pytest.mark.django_db
def test_without_a_trade_there_are_no_figures() -> None:
    one = offer(sara())
    assert steps(one.asset_id, one.currency_id, now=NOW) == []
    assert headline(one.asset_id, now=NOW) == figures.Headline(
        volume_units=None, volume_days=90, release_median=None, disputed=0, funded=0, ruled_in_time=0, ruled=0
    )


def test_a_step_of_one_day_is_one_day_long() -> None:
    step = Step(
        start=TODAY,
        end=TODAY + DAY,
        trades=5,
        units=1,
        fiat=Decimal(1),
        release_median=None,
        release_slow=None,
        premium_low=None,
        premium_high=None,
    )
    assert step.days == 1
