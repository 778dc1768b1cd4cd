"""Sending what is due.

1. A delivery is claimed by one conditional UPDATE, one at a time for each address, so that a slow
   receiver holds up nobody else's messages.
2. It is sent outside any transaction, some at once; then what came of it is written, if the claim still holds.
3. 2xx is success. 410 switches the webhook off. Anything else is tried again (`schedule.py`) for 72 hours; a webhook
   that could not be reached once in that time is switched off and its owner told.
"""

import random
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from exchange.core import clock, outbox
from exchange.webhooks import door, schedule
from exchange.webhooks.actions import BY_HAND
from exchange.webhooks.models import Delivery, DeliveryState, Endpoint, EndpointState
from exchange.webhooks.secrets import sign

AT_ONCE = 8
# Longer than a call can last; after a worker died the delivery is free again.
CLAIM = timedelta(seconds=60)
# How much of an answer is kept for its owner to read.
KEPT_ANSWER = 2000
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt; `status` is None when nobody answered."""

    status: int | None
    error: str = ""
    answer: str = ""
    patience: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def deliver_due(*, seconds: int = 60) -> int:
    """Send what is due, `AT_ONCE` at a time, taking up more for `seconds`; return how many were tried."""
    tried, end = 0, time.monotonic() + seconds
    running: dict[Future[Outcome], Delivery] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            room = AT_ONCE - len(running) if time.monotonic() < end else 0
            for delivery in claim(room, now=clock.now()) if room else ():
                running[pool.submit(send, delivery)] = delivery
                tried += 1
            if not running:
                return tried
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                note(running.pop(done), done.result(), now=clock.now())


def claim(most: int, *, now: datetime) -> list[Delivery]:
    """Return up to `most` due deliveries, claimed, one for each address; the longest due first."""
    with transaction.atomic():
        in_flight = Delivery.objects.filter(
            endpoint=OuterRef("endpoint"), state=DeliveryState.DUE, claimed_until__gt=now
        )
        due = Delivery.objects.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now), state=DeliveryState.DUE
        )
        rows = (
            due.filter(_may_go(), due_at__lte=now)
            .exclude(Exists(in_flight))
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("endpoint")
            .order_by("due_at", "id")[: most * 10]
        )
        chosen: dict[int, Delivery] = {}
        for row in rows:
            if len(chosen) < most:
                chosen.setdefault(row.endpoint_id, row)
        for row in chosen.values():
            row.claimed_until, row.last_attempt_at = now + CLAIM, now
            row.attempts += 1
            row.save(update_fields=["claimed_until", "last_attempt_at", "attempts"])
    return list(chosen.values())


def _may_go() -> Q:
    """What is sent by hand goes out in any state of its webhook, all else while it is active."""
    return Q(endpoint__state=EndpointState.ACTIVE) | Q(key__startswith=BY_HAND)


def send(delivery: Delivery) -> Outcome:
    """Make the call; asks no database, so that it can run beside others."""
    now = clock.now()
    try:
        signature = sign(delivery.endpoint, message_id=delivery.message_id, body=delivery.body, now=now)
    except ValueError:
        return Outcome(status=None, error="The secret can no longer be read. Make a new one in the settings.")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Parley-Webhooks ({settings.SITE_URL})",
        "Webhook-Id": delivery.message_id,
        "Webhook-Timestamp": str(clock.to_unix(now)),
        "Webhook-Signature": signature,
        "Connection": "close",
    }
    may_be_local = settings.WEBHOOKS_MAY_BE_LOCAL
    try:
        found = door.post(delivery.endpoint.url, delivery.body.encode(), headers, may_be_local=may_be_local)
    except door.NoAnswer as error:
        return Outcome(status=None, error=str(error))
    told = found.body.decode("utf-8", "replace").replace("\0", "")[:KEPT_ANSWER]
    problem = "" if 200 <= found.status < 300 else _words(found.status)
    return Outcome(status=found.status, error=problem, answer=told, patience=_patience(found))


def note(delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """Write what came of an attempt, unless another worker has claimed the delivery meanwhile."""
    values: dict[str, Any] = {
        "claimed_until": None,
        "last_status": outcome.status,
        "last_error": outcome.error[:200],
        "last_answer": outcome.answer,
    }
    again = None
    if outcome.is_success:
        values["state"] = DeliveryState.DELIVERED
    else:
        again = schedule.next_attempt(
            created_at=delivery.created_at,
            attempts=delivery.attempts,
            now=now,
            spread=random.randrange(11),  # noqa: S311  (spreads load, guards nothing)
            patience=outcome.patience,
        )
        if again is None or outcome.status == GONE:
            values["state"] = DeliveryState.FAILED
        else:
            values["due_at"] = again
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=delivery.pk, claimed_until=delivery.claimed_until, state=DeliveryState.DUE)
        if mine.update(**values) == 1:
            _note_endpoint(delivery, outcome, gave_up=again is None, now=now)


def _note_endpoint(delivery: Delivery, outcome: Outcome, *, gave_up: bool, now: datetime) -> None:
    rows = Endpoint.objects.filter(pk=delivery.endpoint_id)
    if outcome.is_success:
        rows.update(failing_since=None, last_success_at=now)
        return
    rows.filter(failing_since__isnull=True).update(failing_since=now)
    if outcome.status == GONE:
        _disable(rows, delivery, reason="The address answered 410 Gone.")
    elif gave_up:
        failing = rows.filter(failing_since__lte=now - schedule.KEEP_TRYING + timedelta(hours=1))
        _disable(failing, delivery, reason="Nothing could be delivered for 72 hours.")


def _disable(rows: QuerySet[Endpoint], delivery: Delivery, *, reason: str) -> None:
    """Switch a webhook off, once, and owe its owner the news."""
    changed = rows.exclude(state=EndpointState.DISABLED).update(
        state=EndpointState.DISABLED, reason=reason, version=F("version") + 1
    )
    if changed == 1:
        facts = {
            "webhook": delivery.endpoint_id,
            "account": delivery.endpoint.account_id,
            "delivery": delivery.message_id,
        }
        outbox.emit("webhook.disabled", facts)


def _words(status: int) -> str:
    if 300 <= status < 400:
        return f"The address answered {status}: redirects are not followed. Enter the final address."
    return f"The address answered {status}."


def _patience(found: door.Answer) -> timedelta | None:
    text = found.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else None
