"""One socket: reads frames at a fair pace, answers them, and sends what the hub hands it without ever waiting for it.

What goes out waits in a bounded queue; a reader too slow to empty it is closed (1008), and no other room notices.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from exchange.realtime import frames
from exchange.realtime.door import Pass
from exchange.realtime.hub import Hub
from exchange.realtime.pace import Pace

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_FRAME = 64 * 1024
MAX_WAITING = 256
# A program must show its token this soon after the handshake, seconds; the close frame gets as long to get through.
PATIENCE = 10


class Socket:
    """The state of one connection. `push` and `end` are called from anywhere in the loop and never block."""

    __slots__ = (
        "__weakref__",
        "_closing",
        "_must_auth",
        "_pace",
        "_reader",
        "_receive",
        "_send",
        "_waiting",
        "_writer",
        "channels",
        "hub",
        "pass_",
    )

    def __init__(self, *, receive: Receive, send: Send, hub: Hub, pass_: Pass, must_auth: bool) -> None:
        self.hub = hub
        self.pass_ = pass_
        self.channels: set[str] = set()
        self._receive = receive
        self._send = send
        self._must_auth = must_auth
        self._pace = Pace()
        self._waiting: deque[str] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._closing: tuple[int, str] | None = None

    async def serve(self, *, subprotocol: str | None) -> None:
        """Accept the handshake and stay until either side ends the connection."""
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        self._reader = asyncio.create_task(self._read())
        self.hub.join(self)
        try:
            if not self._must_auth:
                self.tell(frames.ready(self.pass_))
            await asyncio.wait([self._reader])
            if not self._reader.cancelled() and (error := self._reader.exception()):
                raise error
        finally:
            self.hub.leave(self)
            self._reader.cancel()
            await self._close()

    def tell(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        self.push(orjson.dumps(frame).decode())

    def push(self, text: str) -> None:
        """Put text on its way; too much of it unsent ends the socket."""
        if self._closing is not None:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.clear()
            self.end(1008, "reading too slowly")
            return
        self._waiting.append(text)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    def end(self, code: int, reason: str) -> None:
        """Close with `code` after what is on its way; nothing more is taken in."""
        if self._closing is None:
            self._closing = (code, reason)
            if self._reader is not None:
                self._reader.cancel()

    def admit(self, pass_: Pass) -> None:
        """Let the connection speak for another pass; what the old one followed is forgotten."""
        self.hub.unfollow(self, list(self.channels))
        self.pass_ = pass_
        self._must_auth = False

    async def _write(self) -> None:
        while self._waiting:
            text = self._waiting.popleft()
            try:
                await self._send({"type": "websocket.send", "text": text})
            except OSError:  # the peer is gone; the reader hears of it
                return

    async def _close(self) -> None:
        """Say goodbye if we end it; a peer that reads nothing gets so long and no longer."""
        try:
            async with asyncio.timeout(PATIENCE if self._closing else 0):
                if self._writer is not None:
                    await self._writer
                if self._closing is not None:
                    code, reason = self._closing
                    await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except (OSError, TimeoutError):
            return

    async def _read(self) -> None:
        while self._closing is None:
            try:
                async with asyncio.timeout(PATIENCE if self._must_auth else None):
                    message = await self._receive()
            except TimeoutError:
                self.end(4401, "no token came")
                return
            if message["type"] == "websocket.disconnect":
                return
            if not await self._admit_frame(message):
                return
            await frames.handle(self, message["text"])

    async def _admit_frame(self, message: dict[str, Any]) -> bool:
        """Return whether a frame may be handled; else the socket has been told to end."""
        text = message.get("text")
        if text is None:
            self.end(1003, "text frames only")
        elif len(text) > MAX_FRAME or len(text.encode()) > MAX_FRAME:
            self.end(1009, "frame over 64 KiB")
        elif not await self._pace.admit():
            self.end(1008, "too many frames")
        elif self._must_auth and not frames.is_auth(text):
            self.end(4401, "the first frame must bring a token")
        else:
            return True
        return False
