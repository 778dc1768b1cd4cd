"""Effects leave a transaction with it or not at all, run at least once, and fail alone."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from exchange.core import clock, outbox, tasks
from exchange.core.models import OutboxMessage
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
done: list[tuple[str, Mapping[str, Any]]] = []


def ring(payload: Mapping[str, Any]) -> None:
    done.append(("ring", payload))


def write(payload: Mapping[str, Any]) -> None:
    done.append(("write", payload))


def break_down(payload: Mapping[str, Any]) -> None:
    OutboxMessage.objects.create(
        event="half done", handler="x", payload={}, created_at=clock.now(), due_at=clock.now() + timedelta(days=1)
    )
    raise RuntimeError("the mail server is away")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[Callable[..., None]]:
    done.clear()
    outbox.subscribe("test.event", ring)
    outbox.subscribe("test.event", ring)
    outbox.subscribe("test.event", write)
    yield outbox.subscribe
    for event in ("test.event", "test.broken"):
        outbox._handlers.pop(event, None)


def emit(event: str = "test.event", **payload: Any) -> None:
    with transaction.atomic():
        outbox.emit(event, payload)


def test_every_handler_of_an_event_runs_once() -> None:
    emit(trade="8F3K7Q2M")
    assert done == []
    assert outbox.dispatch() == 2
    assert sorted(done) == [("ring", {"trade": "8F3K7Q2M"}), ("write", {"trade": "8F3K7Q2M"})]
    assert outbox.dispatch() == 0


def test_an_event_nobody_waits_for_leaves_no_row() -> None:
    emit("test.unknown")
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_effect_belongs_into_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        outbox.emit("test.event", {})


def test_a_change_that_is_undone_has_no_effect() -> None:
    with transaction.atomic():
        outbox.emit("test.event", {})
        transaction.set_rollback(True)
    assert outbox.dispatch() == 0


def test_a_failing_handler_is_tried_again_later_and_stops_nobody() -> None:
    outbox.subscribe("test.broken", break_down)
    emit("test.broken")
    emit()
    outbox.dispatch()
    assert len(done) == 2
    row = OutboxMessage.objects.get(event="test.broken")
    assert row.attempts == 1
    assert row.done_at is None
    assert row.last_error == "RuntimeError: the mail server is away"
    assert row.due_at > clock.now()
    # what the handler had begun is undone
    assert not OutboxMessage.objects.filter(event="half done").exists()
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.dispatch()
    row.refresh_from_db()
    assert row.attempts == 2
    assert row.due_at > clock.now() + outbox.FIRST_RETRY


def test_retries_grow_rarer_but_never_stop() -> None:
    outbox.subscribe("test.broken", break_down)
    emit("test.broken")
    OutboxMessage.objects.update(attempts=10_000)
    outbox.dispatch()
    assert OutboxMessage.objects.get().due_at <= clock.now() + outbox.LAST_RETRY


def test_a_row_for_a_handler_that_is_gone_is_closed() -> None:
    emit()
    OutboxMessage.objects.update(handler="exchange.gone.away")
    outbox.dispatch()
    assert set(OutboxMessage.objects.values_list("last_error", flat=True)) == {"no such handler any more"}


@pytest.mark.django_db(transaction=True)
def test_parallel_workers_share_the_work() -> None:
    for number in range(20):
        emit(n=number)
    at_once(8, lambda _: outbox.dispatch())
    assert len(done) == 40
    assert OutboxMessage.objects.filter(done_at__isnull=True).count() == 0


def test_rows_are_forgotten_a_week_after_they_were_done() -> None:
    emit()
    tasks.dispatch_outbox()
    OutboxMessage.objects.filter(handler__endswith="ring").update(done_at=clock.now() - timedelta(days=8))
    tasks.forget_old_records()
    assert OutboxMessage.objects.get().handler.endswith("write")
