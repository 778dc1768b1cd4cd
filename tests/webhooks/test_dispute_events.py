"""Events of a case: each reaches a program once, however often it is recorded, with the version that it made."""

import base64
import json
import secrets
from datetime import timedelta

import pytest

from exchange.core import clock, outbox
from exchange.core.models import OutboxMessage
from exchange.disputes import evidence
from exchange.trades.models import Trade
from exchange.webhooks import actions
from exchange.webhooks.models import Delivery
from tests import trade_builders as make
from tests.builders import ben, carol, sara
from tests.disputes.sealing import file_facts

pytestmark = pytest.mark.django_db
EVENTS = ["dispute.evidence", "dispute.asked"]


def listen() -> None:
    actions.add(sara().account, url="http://127.0.0.1:9/", events=EVENTS, now=clock.now())


def show_a_file(code: str) -> None:
    data = secrets.token_bytes(64)
    facts = file_facts(data, to="05" * 32)
    file = evidence.begin(code, by=ben().account, now=clock.now(), **facts)
    said = base64.b64encode(data).decode()
    evidence.put_chunk(code, by=ben().account, evidence_id=file.pk, n=0, data=said, now=clock.now())
    # The chunk comes again when its answer was lost.
    evidence.put_chunk(code, by=ben().account, evidence_id=file.pk, n=0, data=said, now=clock.now())


def ask(code: str) -> None:
    due = clock.now() + timedelta(hours=2)
    words = "Please show the statement of your bank."
    evidence.ask(code, by=carol().account, side="seller", text=words, due_at=due, now=clock.now())


def told() -> list[tuple[str, int]]:
    outbox.dispatch()
    return [(one.event, json.loads(one.body)["data"]["version"]) for one in Delivery.objects.order_by("id")]


def test_each_event_is_told_once_with_the_version_it_made() -> None:
    deal = make.claimed()
    listen()
    expected = []
    for event, act in (("dispute.evidence", show_a_file), ("dispute.asked", ask), ("dispute.evidence", show_a_file)):
        act(deal.code)
        expected.append((event, Trade.objects.get(code=deal.code).version))
    assert told() == expected
    assert len(set(expected)) == 3


def test_an_event_that_is_recorded_twice_is_told_once() -> None:
    deal = make.claimed()
    listen()
    show_a_file(deal.code)
    ask(deal.code)
    first = told()
    # A worker died after the handler and before its row was marked: the outbox carries everything out again.
    OutboxMessage.objects.update(done_at=None, due_at=clock.now())
    assert told() == first
    assert [event for event, _ in first] == EVENTS
