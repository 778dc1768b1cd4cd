"""Hints: small lossy messages to open sockets, "trade 8F3K is at version 17". The database stays the truth.

A hint is sent after commit to one channel-layer group; each socket process listens there once and fans out to its own
sockets by topic (`exchange/realtime/hub.py`). Losing one costs a refetch, never truth.
"""

import logging
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

GROUP = "parley.hints"
log = logging.getLogger(__name__)


def hint(topic: str, message: Mapping[str, Any]) -> None:
    """Send `message` to everyone who follows `topic`, once the running transaction has committed."""
    transaction.on_commit(lambda: _send(topic, dict(message)), robust=True)


def _send(topic: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(GROUP, {"type": "hint", "topic": topic, "message": message})
    except Exception:  # Redis away: the sockets' heartbeat notices the gap, so a lost hint must never fail the change
        log.warning("hint on %s was not sent", topic)
