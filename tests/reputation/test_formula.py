"""Standings: what counts, what does not, and that adding up twice is the same."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core import clock
from exchange.reputation import actions, queries
from exchange.reputation.formula import EndedTrade, add_up, completion
from exchange.trades import actions as trades
from exchange.trades import deadlines, project
from exchange.trades.models import Trade
from exchange.trades.states import FINISHED, State
from tests import trade_builders as make
from tests.builders import ben, carol, sara

START = datetime(2026, 11, 1, tzinfo=UTC)


def ended(**changes: Any) -> EndedTrade:
    facts: dict[str, Any] = {
        "state": State.RELEASED,
        "is_seller": True,
        "partner": 2,
        "was_agreed": True,
        "ended_by_me": False,
        "was_disputed": False,
        "ruled_buyer_bps": None,
        "funded_at": START,
        "paid_at": START + timedelta(minutes=10),
        "finished_at": START + timedelta(minutes=16),
        **changes,
    }
    return EndedTrade(**facts)


def test_medians_are_of_the_right_side() -> None:
    quick = ended(finished_at=START + timedelta(minutes=11))
    slow = ended(finished_at=START + timedelta(hours=5))
    figures = add_up([quick, ended(), slow])
    assert (figures.median_release, figures.median_payment) == (360, None)
    figures = add_up([ended(is_seller=False)])
    assert (figures.median_release, figures.median_payment) == (None, 600)
    assert add_up([ended(paid_at=None)]).median_release is None


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"state": State.EXPIRED, "ended_by_me": True}, True),
        ({"state": State.CANCELLED, "ended_by_me": True}, True),
        ({"state": State.CANCELLED, "ended_by_me": True, "was_agreed": False}, False),
        ({"state": State.EXPIRED, "ended_by_me": False}, False),
        ({"state": State.CANCELLED, "ended_by_me": True, "is_seller": False}, False),
        ({"state": State.REFUNDED, "ended_by_me": True, "is_seller": False}, True),
        ({"state": State.REFUNDED, "ended_by_me": False, "is_seller": False}, False),
    ],
)
def test_only_letting_an_agreed_trade_die_counts_as_abandoned(changes: dict[str, Any], counts: bool) -> None:
    assert add_up([ended(**changes)]).abandoned == int(counts)


@pytest.mark.parametrize(
    ("is_seller", "bps", "lost"),
    [
        (True, 5001, True),
        (True, 5000, False),
        (False, 4999, True),
        (False, 5000, False),
        (True, None, False),
    ],
)
def test_a_dispute_is_lost_by_who_got_less_than_half(is_seller: bool, bps: int | None, lost: bool) -> None:
    trade = ended(state=State.RESOLVED, was_disputed=True, is_seller=is_seller, ruled_buyer_bps=bps)
    assert (add_up([trade]).disputes, add_up([trade]).disputes_lost) == (1, int(lost))


def test_under_ten_trades_there_is_no_rate() -> None:
    assert completion(9, 0) is None
    assert completion(9, 1) == Decimal("0.900")
    assert completion(2, 1000) == Decimal("0.001")


trades_of_any_kind = st.builds(
    ended,
    state=st.sampled_from(sorted(FINISHED)),
    is_seller=st.booleans(),
    partner=st.integers(1, 5),
    was_agreed=st.booleans(),
    ended_by_me=st.booleans(),
    was_disputed=st.booleans(),
    ruled_buyer_bps=st.none() | st.integers(0, 10_000),
)


@given(st.lists(trades_of_any_kind, max_size=40), st.randoms())
def test_figures_do_not_depend_on_order_and_stay_within_bounds(trades_: list[EndedTrade], random: Any) -> None:
    figures = add_up(trades_)
    shuffled = list(trades_)
    random.shuffle(shuffled)
    assert add_up(shuffled) == figures
    assert figures.finished + figures.abandoned <= len(trades_)
    assert figures.partners <= figures.finished
    rate = completion(figures.finished, figures.abandoned)
    assert rate is None or 0 <= rate <= 1


@pytest.mark.django_db
def test_a_standing_is_rebuilt_from_the_trades() -> None:
    deal = make.paid()
    deal.act(sara(), "release")
    for _ in range(2):
        actions.refresh(sara().account.pk)
        actions.refresh(ben().account.pk)
    found = queries.standings([sara().account.pk, ben().account.pk, carol().account.pk])
    assert (found[sara().account.pk].finished, found[ben().account.pk].finished) == (1, 1)
    assert found[sara().account.pk].median_release is not None
    assert found[ben().account.pk].median_payment is not None
    assert found[carol().account.pk].sample == 0
    assert found[sara().account.pk].completion is None


@pytest.mark.django_db
def test_a_seller_who_does_not_lock_has_it_on_record_and_the_buyer_who_leaves_first_has_not() -> None:
    deal = make.agreed()
    deadlines.close_overdue(deal.trade.lock_by)
    left = make.agreed()
    trades.cancel(left.code, by=ben().account, now=clock.now())
    actions.refresh(sara().account.pk)
    actions.refresh(ben().account.pk)
    assert queries.standing_of(sara().account.pk).abandoned == 1
    assert queries.standing_of(ben().account.pk).abandoned == 0


@pytest.mark.django_db
def test_a_late_lock_that_runs_out_is_not_held_against_the_buyer() -> None:
    deal = make.agreed()
    deadlines.close_overdue(deal.trade.lock_by)
    amount = int(deal.trade.amount)
    project._project_one(make.event("Funded", deal.trade))
    project._project_one(make.event("Refunded", deal.trade, toSeller=amount, expired=True))
    trade = Trade.objects.get(pk=deal.trade.pk)
    assert (trade.state, trade.ended_by) == (State.REFUNDED, None)
    actions.refresh(ben().account.pk)
    assert queries.standing_of(ben().account.pk).abandoned == 0
