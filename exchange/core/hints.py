"""Hints: small lossy messages to open sockets, "trade 8F3K is at version 17". The database stays the truth.

A hint goes out after commit to one channel-layer group; each socket process listens there once and fans out to its own
sockets by topic (`exchange/realtime/hub.py`). Losing one costs a refetch, never truth. Each process sends from one
background loop over one kept connection: whoever hints never waits, and what piles up goes out as one message.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from typing import Any

from channels.layers import channel_layers
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import transaction

GROUP = "parley.hints"
# More than this many unsent hints means that Redis is away: the oldest are dropped, heartbeats make up for them.
MOST_WAITING = 10_000
PATIENCE = 5
log = logging.getLogger(__name__)


def hint(topic: str, message: Mapping[str, Any]) -> None:
    """Send `message` to everyone who follows `topic`, once the running transaction has committed."""
    one = {"topic": topic, "message": dict(message)}
    transaction.on_commit(lambda: _sender().push(one), robust=True)


class Publisher:
    """Sends hints from one event loop; what is pushed while a message is on its way goes with the next one.

    `gather_ms` is how long the first of a message's hints waits for more, milliseconds.
    """

    def __init__(self, *, gather_ms: int = 0) -> None:
        self._gather_ms = gather_ms
        self._waiting: list[dict[str, Any]] = []
        self._wake = asyncio.Event()

    def push(self, one: dict[str, Any]) -> None:
        """Hand over one hint, from within the loop; returns at once."""
        self._waiting.append(one)
        del self._waiting[:-MOST_WAITING]
        self._wake.set()

    async def run(self) -> None:
        """Send for ever."""
        # A layer of this loop's own: its connection lives and dies here.
        layer = channel_layers.make_backend("default")
        while True:
            await self._send_next(layer)

    async def _send_next(self, layer: RedisPubSubChannelLayer) -> None:
        """Send what waits as one message."""
        await self._wake.wait()
        if self._gather_ms:
            await asyncio.sleep(self._gather_ms / 1000)
        self._wake.clear()
        batch, self._waiting = self._waiting, []
        try:
            async with asyncio.timeout(PATIENCE):
                await layer.group_send(GROUP, {"type": "hints", "hints": batch})
        except Exception:  # Redis away, or a hint that is no data: losing it must never fail or delay what it tells of
            log.warning("%d hints were not sent", len(batch), exc_info=True)


class _Sender(threading.Thread):
    """The background loop of one process."""

    def __init__(self) -> None:
        super().__init__(name="hints", daemon=True)
        self.pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._publisher = Publisher()
        self.start()

    def push(self, one: dict[str, Any]) -> None:
        """Hand over one hint; returns at once."""
        self._loop.call_soon_threadsafe(self._publisher.push, one)

    def run(self) -> None:
        """Send for as long as the process lives."""
        self._loop.run_until_complete(self._publisher.run())


_current: _Sender | None = None
_making = threading.Lock()


def _sender() -> _Sender:
    """Return this process's sender; a fork starts its own."""
    global _current
    if _current is None or _current.pid != os.getpid() or not _current.is_alive():
        with _making:
            if _current is None or _current.pid != os.getpid() or not _current.is_alive():
                _current = _Sender()
    return _current
