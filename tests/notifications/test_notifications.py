"""Notifications: one line a person and event, in words that say nothing of money or names."""

import re

import pytest

from exchange import wiring
from exchange.accounts.models import Account
from exchange.core import clock, outbox
from exchange.core.errors import Invalid
from exchange.core.models import OutboxMessage
from exchange.disputes.models import Dispute
from exchange.notifications import actions, handlers, queries
from exchange.notifications.models import Kind, Notification
from exchange.notifications.render import WORDS, render
from exchange.reputation import queries as reputation
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import ben, carol, mallory, sara
from tests.hearing import hints_heard


def test_every_event_has_handlers_and_words_for_both_sides() -> None:
    states = {f"trade.{state}" for state in State}
    assert states <= set(wiring.HANDLERS)
    # A panel's proposal is told to the panel alone.
    assert set(wiring.HANDLERS) | {"dispute.proposed"} == set(WORDS)
    for event in WORDS:
        for side, part in (("buyer", "taker"), ("seller", "maker")):
            line = render(event, code="8F3K7Q2M", side=side, part=part)
            if event == "dispute.proposed":
                assert line is None
                continue
            assert line is not None
            assert "8F3K7Q2M" in line.text
            assert line.path.startswith("/trades/8F3K7Q2M")


def test_lines_say_nothing_of_amounts_names_or_addresses() -> None:
    for words in WORDS.values():
        for text in words.values():
            assert not re.search(r"\d|0x|\{(?!code\})", text)


@pytest.mark.django_db
def test_the_one_who_is_waited_for_is_told_that_it_is_their_turn() -> None:
    deal = make.agreed()
    payload = {"trade": deal.code, "by": ben().address, "version": deal.trade.version}
    for _ in range(2):
        handlers.on_event("trade.agreed", payload)
    assert [(one.account, one.kind) for one in Notification.objects.all()] == [(sara().account, Kind.YOUR_TURN)]
    assert queries.unread_count(sara().account) == 1
    assert queries.unread_count(ben().account) == 0


@pytest.mark.django_db(transaction=True)
def test_the_outbox_carries_every_consequence_of_a_disputed_trade() -> None:
    deal = make.disputed()
    assert carol().account.is_arbiter
    outbox.dispatch()
    assert Dispute.objects.get().rule_by == deal.trade.deadline
    assert Notification.objects.filter(account=carol().account, kind=Kind.YOUR_TURN, path="/arbiter").count() == 1
    kinds = [one.text for one in queries.feed(sara().account).items]
    assert any("in dispute" in text for text in kinds)
    deal.act(sara(), "release")
    with hints_heard() as heard:
        outbox.dispatch()
    topics = {topic for topic, _ in heard}
    assert {f"user:{sara().address}", f"user:{ben().address}"} <= topics
    assert Dispute.objects.get().closed_at is not None
    assert reputation.standing_of(sara().account.pk).finished == 1
    assert not OutboxMessage.objects.filter(done_at__isnull=True).exists()
    assert not OutboxMessage.objects.exclude(last_error="").exists()
    assert not Notification.objects.filter(account=mallory().account).exists()


@pytest.mark.django_db
def test_a_repeated_event_writes_nothing_twice() -> None:
    deal = make.funded()
    outbox.dispatch()
    count = Notification.objects.count()
    OutboxMessage.objects.update(done_at=None)
    outbox.dispatch()
    assert Notification.objects.count() == count
    assert deal.fresh().state == State.FUNDED


@pytest.mark.django_db
def test_people_read_and_mark_only_their_own() -> None:
    make.funded()
    outbox.dispatch()
    ids = list(Notification.objects.values_list("pk", flat=True))
    assert actions.mark_read(mallory().account, now=clock.now(), ids=ids) == 0
    assert queries.feed(mallory().account).items == []
    count = queries.unread_count(ben().account)
    assert count > 0
    assert actions.mark_read(ben().account, now=clock.now(), ids=ids) == count
    assert queries.unread_count(ben().account) == 0
    assert queries.unread_count(sara().account) > 0
    assert actions.mark_read(sara().account, now=clock.now()) > 0


@pytest.mark.django_db
def test_the_feed_comes_in_pages_newest_first_and_can_be_filtered() -> None:
    account: Account = ben().account
    for number in range(5):
        line = render("trade.funded", code=f"TRADE{number}", side="buyer", is_turn=number % 2 == 0)
        assert line is not None
        actions.write(account, line, key=f"key {number}", trade_code=f"TRADE{number}")
    first = queries.feed(account, limit=3)
    assert [one.trade_code for one in first.items] == ["TRADE4", "TRADE3", "TRADE2"]
    rest = queries.feed(account, limit=3, cursor=first.next)
    assert [one.trade_code for one in rest.items] == ["TRADE1", "TRADE0"]
    assert rest.next is None
    assert len(queries.feed(account, show="needs_me").items) == 3
    for wrong in ({"show": "everything"}, {"cursor": "-1"}, {"cursor": "x"}, {"cursor": "9" * 30}):
        with pytest.raises(Invalid):
            queries.feed(account, **wrong)
