"""Listens to the hints that leave through Redis, as a socket process would."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgpack
import redis
from django.conf import settings

from exchange.core.hints import GROUP


@contextmanager
def hints_heard(*, within: float = 0.3) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Yield a list that holds, after the block, every (topic, message) sent meanwhile."""
    heard: list[tuple[str, dict[str, Any]]] = []
    client = redis.Redis.from_url(settings.REDIS_URL)
    listener = client.pubsub(ignore_subscribe_messages=True)
    try:
        listener.psubscribe(f"*{GROUP}*")
        while not listener.subscribed or listener.get_message(timeout=0.05) is not None:
            pass
        yield heard
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            message = listener.get_message(timeout=0.05)
            if message is not None:
                packet = msgpack.unpackb(message["data"])
                heard += [(hint["topic"], hint["message"]) for hint in packet["hints"]]
    finally:
        listener.close()
        client.close()
