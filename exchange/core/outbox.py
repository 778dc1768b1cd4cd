"""The outbox: effects that must follow a change are rows written with it, and carried out after commit.

1. `subscribe` (called by `wiring.py` only) names the handlers of an event.
2. `emit`, inside the transaction of the change, writes one row per handler.
3. After commit a Celery task is told to `dispatch`; if that hint is lost, the beat sweep finds the rows.
4. A row is claimed with `SKIP LOCKED`, its handler runs in the claim's transaction, success sets `done_at`; a failure
   is kept with its text and tried again later, ever more slowly. Handlers may run twice and must not mind.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from exchange.core import clock
from exchange.core.models import OutboxMessage

Handler = Callable[[Mapping[str, Any]], None]

log = logging.getLogger(__name__)
_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)
FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(minutes=30)


def subscribe(event: str, handler: Handler) -> None:
    """Have `handler` run after every `event`; naming the same function twice changes nothing."""
    _handlers[event][f"{handler.__module__}.{handler.__qualname__}"] = handler


def emit(event: str, payload: Mapping[str, Any], *, due_at: datetime | None = None) -> None:
    """Owe `event` to each of its handlers, in the running transaction, now or from `due_at` on. `payload` is JSON."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("emit() belongs inside the transaction of the change it tells of")
    moment = clock.now()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(event=event, handler=name, payload=dict(payload), created_at=moment, due_at=due_at or moment)
        for name in _handlers[event]
    )
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    from exchange.core.tasks import dispatch_outbox

    try:
        dispatch_outbox.apply_async(ignore_result=True, retry=False)
    except dispatch_outbox.OperationalError:
        log.warning("the broker is away; the sweep will find the outbox")


def dispatch(*, limit: int = 200) -> int:
    """Carry out due rows, oldest first, and return how many were tried."""
    tried = 0
    while tried < limit and _dispatch_one():
        tried += 1
    return tried


def _dispatch_one() -> bool:
    with transaction.atomic():
        row = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, due_at__lte=clock.now())
            .order_by("due_at", "id")
            .first()
        )
        if row is None:
            return False
        row.attempts += 1
        handler = _handlers[row.event].get(row.handler)
        try:
            with transaction.atomic():
                if handler is not None:
                    handler(row.payload)
            row.done_at = clock.now()
            row.last_error = "" if handler else "no such handler any more"
        except Exception as error:  # a handler's failure must not stop the others; it is kept, logged and tried again
            log.exception("outbox handler %s failed on %s", row.handler, row.event)
            row.last_error = f"{type(error).__name__}: {error}"[:2000]
            row.due_at = clock.now() + min(FIRST_RETRY * 2 ** min(row.attempts - 1, 12), LAST_RETRY)
        row.save(update_fields=["attempts", "done_at", "last_error", "due_at"])
    return True
