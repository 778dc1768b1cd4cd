"""Turning events into owed deliveries; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from exchange.core import clock
from exchange.webhooks import actions
from exchange.webhooks.events import body_of, hearers
from exchange.webhooks.models import Endpoint, EndpointState


def on_event(event: str, payload: Mapping[str, Any]) -> None:
    """Owe the message of `event` to every active webhook of those it concerns that asked for it."""
    now = clock.now()
    wanted = Endpoint.objects.filter(
        account__in=[account.pk for account in hearers(payload)],
        account__is_active=True,
        state=EndpointState.ACTIVE,
        events__contains=[event],
    )
    body = body_of(event, payload, at=now)
    for endpoint in wanted:
        actions.owe(endpoint, event=event, body=body, key=f"{event}:{payload['trade']}:{payload['version']}", now=now)
