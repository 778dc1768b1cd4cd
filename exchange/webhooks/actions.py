"""Everything that writes webhooks, for their owners; what is sent when is `deliver.py`'s business."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core.errors import Conflict, Invalid
from exchange.webhooks import queries
from exchange.webhooks.addresses import BadAddress, read_target
from exchange.webhooks.events import EVENTS, TEST, body_of
from exchange.webhooks.models import Delivery, Endpoint, EndpointState
from exchange.webhooks.secrets import new_secret, seal
from exchange.webhooks.wake import wake

MOST = 10
BY_HAND = "by hand:"
# For so long after a change of secrets the one before signs as well, so that no receiver misses a message.
BOTH_SIGN = timedelta(hours=24)


def add(account: Account, *, url: str, events: Iterable[str], now: datetime) -> tuple[Endpoint, str]:
    """Return a new webhook and its secret, which is never shown again. Raises `Invalid` or `Conflict`."""
    policy.require_active(account)
    wanted = _read(url, events)
    secret = new_secret()
    with transaction.atomic():
        # The row lock makes parallel additions of one account count one after the other.
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)
        if Endpoint.objects.filter(account=account).count() >= MOST:
            raise Conflict(f"You have {MOST} webhooks, which is the limit. Remove one first.", code="too_many_webhooks")
        made = Endpoint.objects.create(account=account, url=url, events=wanted, secret=seal(secret), created_at=now)
    return made, secret


def change(
    endpoint: Endpoint,
    *,
    version: int,
    url: str | None = None,
    events: Iterable[str] | None = None,
    state: str | None = None,
) -> Endpoint:
    """Change address, events or state of the `version` that was looked at. Raises `Invalid` or `Conflict`."""
    values: dict[str, Any] = {
        "url": url or endpoint.url,
        "events": _read(url or endpoint.url, endpoint.events if events is None else events),
    }
    if state is not None:
        values |= {"state": state, "reason": ""}
        if state == EndpointState.ACTIVE:
            values |= {"failing_since": None}
    changed = Endpoint.objects.filter(pk=endpoint.pk, version=version).update(**values, version=F("version") + 1)
    if changed != 1:
        raise Conflict("This webhook was changed in the meantime. Look at it again and decide anew.")
    return queries.webhook_for(endpoint.pk, account=endpoint.account)


def remove(endpoint: Endpoint) -> None:
    """Delete a webhook with everything that was to be sent to it."""
    endpoint.delete()


def change_secret(endpoint: Endpoint, *, now: datetime) -> tuple[Endpoint, str]:
    """Give a webhook a new secret and return it; for a day the old one signs as well."""
    secret = new_secret()
    with transaction.atomic():
        row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        row.old_secret, row.old_until, row.secret = row.secret, now + BOTH_SIGN, seal(secret)
        row.version += 1
        row.save(update_fields=["old_secret", "old_until", "secret", "version"])
    return row, secret


def owe(endpoint: Endpoint, *, event: str, body: str, key: str, now: datetime) -> Delivery | None:
    """Owe one message to a webhook, in the running transaction; None when that `key` was owed before."""
    made, is_new = Delivery.objects.get_or_create(
        endpoint=endpoint,
        key=key,
        defaults={
            "message_id": f"msg_{secrets.token_hex(16)}",
            "event": event,
            "body": body,
            "created_at": now,
            "due_at": now,
        },
    )
    if is_new:
        wake()
    return made if is_new else None


def send_test(endpoint: Endpoint, *, now: datetime) -> Delivery:
    """Owe a test message, whatever the state of the webhook. Raises `Conflict` when one is on its way already."""
    return _again(endpoint, event=TEST, body=body_of(TEST, {"webhook": endpoint.pk}, at=now), now=now)


def replay(delivery: Delivery, *, now: datetime) -> Delivery:
    """Owe the same message again under an id of its own, whether or not it arrived before."""
    return _again(delivery.endpoint, event=delivery.event, body=delivery.body, now=now)


def _again(endpoint: Endpoint, *, event: str, body: str, now: datetime) -> Delivery:
    if endpoint.deliveries.filter(state="due", created_at__gt=now - timedelta(minutes=1)).count() >= MOST:
        raise Conflict("Enough is on its way to this address just now. Wait a minute.", code="enough_on_its_way")
    with transaction.atomic():
        made = owe(endpoint, event=event, body=body, key=f"{BY_HAND}{uuid.uuid4()}", now=now)
    assert made is not None  # its key is new
    return made


def _read(url: str, events: Iterable[str]) -> list[str]:
    wanted = [event for event in EVENTS if event in set(events)]
    problems = {}
    try:
        read_target(url, may_be_local=settings.WEBHOOKS_MAY_BE_LOCAL)
    except BadAddress as error:
        problems["/url"] = str(error)
    if not wanted or set(events) - set(EVENTS):
        problems["/events"] = f"Choose one or more of: {', '.join(EVENTS)}."
    if problems:
        raise Invalid(fields=problems)
    return wanted
