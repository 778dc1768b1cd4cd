"""Reminders: at a quarter and at a tenth of the time, once each, to whoever is waited for."""

from datetime import timedelta

import pytest

from exchange.chat.actions import mark_read
from exchange.core import clock
from exchange.disputes import actions as disputes
from exchange.notifications import reminders, unread
from exchange.notifications.models import Kind, Notification
from tests import trade_builders as make
from tests.builders import ben, carol, sara
from tests.chat.people import open_chat

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=Kind.REMINDER).select_related("account").order_by("id")
    return [(row.account.name, row.text.split(".")[0]) for row in rows]


@pytest.mark.parametrize(
    ("left", "mark"), [(60, ""), (16, ""), (15, "soon"), (7, "soon"), (6, "last"), (1, "last"), (0, ""), (-5, "")]
)
def test_a_deadline_is_near_at_a_quarter_and_at_a_tenth(left: int, mark: str) -> None:
    since = clock.now()
    until = since + timedelta(minutes=60)
    assert reminders.mark_of(since=since, until=until, now=until - timedelta(minutes=left)) == mark


def test_nobody_is_reminded_of_something_that_lasts_a_moment() -> None:
    since = clock.now()
    until = since + timedelta(minutes=3)
    assert reminders.mark_of(since=since, until=until, now=until - timedelta(seconds=10)) == ""


def test_the_buyer_is_reminded_to_pay_once_a_mark_and_nobody_else() -> None:
    deal = make.funded()
    now = deal.trade.pay_by - timedelta(minutes=2)
    assert reminders.remind(clock.now()) == 0
    assert reminders.remind(now) == 1
    assert reminders.remind(now) == 0
    assert told() == [("Ben", f"The time to pay in trade {deal.code} is running out")]


def test_the_seller_is_reminded_to_lock_and_to_check() -> None:
    deal = make.agreed()
    reminders.remind(deal.trade.lock_by - timedelta(minutes=1))
    deal.fund()
    make.index()
    deal.act(ben(), "mark_paid")
    deadline = deal.fresh().deadline
    assert deadline is not None
    reminders.remind(deadline - timedelta(minutes=1))
    assert [name for name, _ in told()] == ["Sara", "Sara"]


def test_in_a_dispute_the_silent_side_and_the_arbiter_are_reminded() -> None:
    deal = make.claimed()
    disputes.open_case(
        deal.code, by=ben().account, reason="other", wish_bps=0, statement=make.STATEMENT, now=clock.now()
    )
    deadline = deal.fresh().deadline
    assert deadline is not None
    reminders.remind(deadline - timedelta(minutes=1))
    assert [name for name, _ in told()] == ["Carol", "Sara"]
    assert Notification.objects.filter(account=carol().account, path=f"/arbiter/cases/{deal.code}").exists()


def test_unread_messages_are_told_once_after_some_minutes() -> None:
    deal = make.agreed()
    seller, _ = open_chat(deal)
    seller.say("Hello")
    seller.say("Are you there?")
    assert unread.tell_unread(clock.now()) == 0
    later = clock.now() + timedelta(minutes=4)
    assert unread.tell_unread(later) == 1
    assert unread.tell_unread(later) == 0
    line = Notification.objects.get(kind=Kind.MESSAGE)
    assert (line.account, line.path) == (ben().account, f"/trades/{deal.code}#chat")
    mark_read(deal.code, by=ben().account, seq=2)
    assert unread.tell_unread(later) == 0
    seller.say("One more")
    assert unread.tell_unread(later + timedelta(minutes=1)) == 1
    assert not Notification.objects.filter(account=sara().account, kind=Kind.MESSAGE).exists()
