"""From an event to a receiver: signed, once, again until it arrives, and given up in the end."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from standardwebhooks import Webhook, WebhookVerificationError

from exchange import wiring
from exchange.core import clock, outbox
from exchange.notifications.models import Notification
from exchange.webhooks import actions, deliver, handlers, schedule, tasks
from exchange.webhooks.models import Delivery, Endpoint
from tests import trade_builders as make
from tests.builders import ben, carol, mallory, sara
from tests.webhooks.receiver import Receiver, receiving, says

pytestmark = pytest.mark.django_db


def add(receiver: Receiver, **changes: Any) -> tuple[Endpoint, str]:
    account = changes.pop("account", None) or sara().account
    values = {"url": receiver.url, "events": ["trade.agreed", "trade.funded"], **changes}
    return actions.add(account, now=clock.now(), **values)


def owe(endpoint: Endpoint, key: str = "one") -> Delivery:
    with transaction.atomic():
        made = actions.owe(endpoint, event="trade.funded", body='{"type":"trade.funded"}', key=key, now=clock.now())
    assert made is not None
    return made


def test_every_event_of_the_wiring_that_concerns_a_trade_calls_webhooks() -> None:
    from exchange.webhooks.events import EVENTS

    assert set(EVENTS) == set(wiring.HANDLERS)


def test_a_change_of_a_trade_reaches_the_receiver_signed_and_says_only_ids() -> None:
    deal = make.agreed()
    with receiving(says(204)) as receiver:
        endpoint, secret = add(receiver)
        handlers.on_event("trade.agreed", {"trade": deal.code, "by": ben().address, "version": deal.trade.version})
        assert deliver.deliver_due() == 1
        ((headers, body),) = receiver.requests
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "trade.agreed"
    assert told["data"] == {"trade": deal.code, "version": deal.trade.version}
    assert not re.search(r"0x|EUR|250|Sara|Ben", body.decode())
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(body, headers)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 204)
    assert headers["webhook-id"] == delivery.message_id
    endpoint.refresh_from_db()
    assert endpoint.last_success_at is not None


def test_a_repeated_event_is_delivered_once_and_only_to_those_it_concerns() -> None:
    deal = make.agreed()
    with receiving(says(204)) as receiver:
        add(receiver)
        add(receiver, account=ben().account)
        add(receiver, account=mallory().account)
        add(receiver, account=ben().account, events=["trade.paid"])
        for _ in range(2):
            handlers.on_event("trade.agreed", {"trade": deal.code, "by": "", "version": 2})
        deliver.deliver_due()
        assert len(receiver.requests) == 2
    assert {one.endpoint.account for one in Delivery.objects.all()} == {sara().account, ben().account}


def test_the_outbox_carries_an_event_to_a_webhook() -> None:
    wiring.connect()
    with receiving(says(200)) as receiver:
        add(receiver)
        make.agreed()
        outbox.dispatch()
        tasks.deliver_webhooks()
        events = [json.loads(body)["type"] for _, body in receiver.requests]
    assert events == ["trade.agreed"]


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_what_is_not_taken_is_tried_again_with_the_same_id_and_body(
    status: int, clock_at_noon: time_machine.Traveller
) -> None:
    with receiving(says(status, b"not now")) as receiver:
        endpoint, secret = add(receiver)
        delivery = owe(endpoint)
        assert deliver.deliver_due() == 1
        assert deliver.deliver_due() == 0
        delivery.refresh_from_db()
        assert (delivery.state, delivery.last_status, delivery.last_answer) == ("due", status, "not now")
        assert str(status) in delivery.last_error
        clock_at_noon.shift(6)
        receiver.answer = says(200)
        assert deliver.deliver_due() == 1
    (first, body), (second, same) = receiver.requests
    assert (first["webhook-id"], body) == (second["webhook-id"], same)
    assert first["webhook-signature"] != second["webhook-signature"]  # the time is signed too
    assert Webhook(secret).verify(same, second)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_a_dead_receiver_is_tried_for_72_hours_then_switched_off_and_its_owner_told(
    clock_at_noon: time_machine.Traveller,
) -> None:
    wiring.connect()
    with receiving(says(200)) as receiver:
        endpoint, _ = add(receiver)
    delivery = owe(endpoint)
    start = clock.now()
    while True:
        assert deliver.deliver_due() == 1
        delivery.refresh_from_db()
        if delivery.state != "due":
            break
        clock_at_noon.move_to(delivery.due_at)
    assert clock.now() - start == schedule.KEEP_TRYING
    assert 15 <= delivery.attempts <= 25
    assert delivery.state == "failed"
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.reason) == ("disabled", "Nothing could be delivered for 72 hours.")
    outbox.dispatch()
    assert Notification.objects.get(account=sara().account).path == "/settings/webhooks"


def test_one_lost_message_does_not_switch_off_a_webhook_that_works(clock_at_noon: time_machine.Traveller) -> None:
    with receiving(says(500)) as receiver:
        endpoint, _ = add(receiver)
        delivery = owe(endpoint)
        deliver.deliver_due()
        clock_at_noon.shift(71 * 3600)
        receiver.answer = says(200)
        owe(endpoint, "two")
        Delivery.objects.filter(pk=delivery.pk).update(due_at=clock.now() + timedelta(hours=1))
        deliver.deliver_due()
        receiver.answer = says(500)
        clock_at_noon.shift(3600)
        deliver.deliver_due()
    delivery.refresh_from_db()
    endpoint.refresh_from_db()
    assert (delivery.state, endpoint.state) == ("failed", "active")


def test_a_receiver_that_says_gone_is_not_called_again() -> None:
    with receiving(says(410)) as receiver:
        endpoint, _ = add(receiver)
        owe(endpoint)
        deliver.deliver_due()
        endpoint.refresh_from_db()
        assert (endpoint.state, Delivery.objects.get().state) == ("disabled", "failed")
        handlers.on_event("trade.agreed", {"trade": make.agreed().code, "by": "", "version": 2})
        assert deliver.deliver_due() == 0


def test_a_receiver_that_asks_for_patience_gets_it(clock_at_noon: time_machine.Traveller) -> None:
    with receiving(says(503, Retry_After="600")) as receiver:
        endpoint, _ = add(receiver)
        delivery = owe(endpoint)
        deliver.deliver_due()
    delivery.refresh_from_db()
    assert delivery.due_at - clock.now() == timedelta(seconds=600)


def test_a_paused_webhook_keeps_what_it_is_owed_but_a_test_goes_out() -> None:
    with receiving(says(200)) as receiver:
        endpoint, _ = add(receiver)
        owe(endpoint)
        paused = actions.change(endpoint, version=1, state="paused")
        assert deliver.deliver_due() == 0
        actions.send_test(paused, now=clock.now())
        assert deliver.deliver_due() == 1
        actions.change(paused, version=2, state="active")
        assert deliver.deliver_due() == 1
    assert [json.loads(body)["type"] for _, body in receiver.requests] == ["webhook.test", "trade.funded"]


def test_during_a_change_of_secrets_both_sign_for_a_day(clock_at_noon: time_machine.Traveller) -> None:
    with receiving(says(200)) as receiver:
        endpoint, old = add(receiver)
        _, new = actions.change_secret(endpoint, now=clock.now())
        for hours in (0, 25):
            clock_at_noon.shift(hours * 3600)
            owe(Endpoint.objects.get(), f"after {hours}")
            deliver.deliver_due()
        (first, body), (second, later) = receiver.requests
        Webhook(new).verify(later, second)
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(later, second)
        clock_at_noon.shift(-25 * 3600)
        Webhook(new).verify(body, first)
        Webhook(old).verify(body, first)


def test_a_worker_that_died_leaves_its_delivery_to_the_next(clock_at_noon: time_machine.Traveller) -> None:
    with receiving(says(200)) as receiver:
        endpoint, _ = add(receiver)
        owe(endpoint)
        (claimed,) = deliver.claim(8, now=clock.now())
        assert deliver.claim(8, now=clock.now()) == []
        clock_at_noon.shift(deliver.CLAIM.total_seconds() + 1)
        assert deliver.deliver_due() == 1
        # The dead one comes back late: what it says counts no more.
        deliver.note(claimed, deliver.Outcome(status=None, error="late"), now=clock.now())
    assert Delivery.objects.get().state == "delivered"


def test_a_slow_receiver_holds_up_nobody_else() -> None:
    with receiving(says(200)) as quick, receiving(says(500)) as failing:
        slow, _ = add(failing)
        fine, _ = add(quick, account=ben().account)
        for number in range(20):
            owe(slow, f"slow {number}")
        owe(fine)
        # One at a time for each address.
        assert {one.endpoint_id for one in deliver.claim(8, now=clock.now())} == {slow.pk, fine.pk}


def test_a_secret_sealed_under_another_key_is_told_to_its_owner(settings: Any) -> None:
    with receiving(says(200)) as receiver:
        endpoint, _ = add(receiver)
        owe(endpoint)
        settings.SECRET_KEY = "another-" * 8
        deliver.deliver_due()
        assert receiver.requests == []
    assert "Make a new one" in Delivery.objects.get().last_error


def test_waits_grow_and_end_exactly_after_72_hours() -> None:
    start = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    waits, moment, attempts = [], start, 0
    while True:
        attempts += 1
        following = schedule.next_attempt(created_at=start, attempts=attempts, now=moment, spread=0)
        if following is None:
            break
        waits.append((following - moment).total_seconds())
        moment = following
    assert waits[:5] == [5, 20, 80, 320, 1280]
    assert max(waits) == 6 * 3600
    assert moment - start == schedule.KEEP_TRYING


def test_old_deliveries_are_forgotten_after_thirty_days() -> None:
    with receiving(says(200)) as receiver:
        endpoint, _ = add(receiver)
    owe(endpoint)
    Delivery.objects.update(created_at=clock.now() - timedelta(days=31))
    owe(endpoint, "new")
    tasks.forget_deliveries()
    assert [one.key for one in Delivery.objects.all()] == ["new"]


def test_the_arbiter_of_a_case_hears_of_it() -> None:
    deal = make.claimed()
    with receiving(says(200)) as receiver:
        add(receiver, account=carol().account, events=["dispute.ruled"])
        handlers.on_event("dispute.ruled", {"trade": deal.code, "by": "", "version": 9})
        deliver.deliver_due()
        assert len(receiver.requests) == 1
