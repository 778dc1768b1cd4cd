"""Webhooks and deliveries as JSON."""

from typing import Any

from exchange.api.answers import time_text
from exchange.webhooks.models import Delivery, DeliveryState, Endpoint


def webhook(one: Endpoint) -> dict[str, Any]:
    """Return a webhook without its secret."""
    return {
        "id": one.pk,
        "url": one.url,
        "events": one.events,
        "state": one.state,
        "reason": one.reason,
        "version": one.version,
        "created_at": time_text(one.created_at),
        "failing_since": time_text(one.failing_since),
        "last_success_at": time_text(one.last_success_at),
    }


def delivery(one: Delivery) -> dict[str, Any]:
    """Return one message and how its last attempt ended."""
    return {
        "id": one.message_id,
        "event": one.event,
        "state": one.state,
        "body": one.body,
        "attempts": one.attempts,
        "created_at": time_text(one.created_at),
        "last_attempt_at": time_text(one.last_attempt_at),
        "next_attempt_at": time_text(one.due_at) if one.state == DeliveryState.DUE else None,
        "status": one.last_status,
        "error": one.last_error,
        "answer": one.last_answer,
    }
