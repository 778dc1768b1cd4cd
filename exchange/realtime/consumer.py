"""One socket: reads frames at a fair pace, answers them, and sends what the hub hands it without ever waiting for it.

A reader too slow to take what is sent is closed (1008), and no other room notices.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

import orjson

from exchange.chat.append import Seat
from exchange.realtime import frames
from exchange.realtime.door import Pass
from exchange.realtime.hub import Hub
from exchange.realtime.pace import Pace
from exchange.realtime.wire import Wire, text_frame

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_FRAME = 64 * 1024
# So much unsent means that the peer does not read.
MAX_BACKLOG = 1024 * 1024
# A program must show its token this soon after the handshake, seconds; the close frame gets as long to get through.
PATIENCE = 10


class Socket:
    """The state of one connection. `push` and `end` are called from anywhere in the loop and never block."""

    __slots__ = (
        "__weakref__",
        "_closing",
        "_held",
        "_must_auth",
        "_pace",
        "_receive",
        "_send",
        "_wire",
        "channels",
        "hub",
        "pass_",
        "seats",
    )

    def __init__(self, *, receive: Receive, send: Send, wire: Wire, hub: Hub, pass_: Pass, must_auth: bool) -> None:
        self.hub = hub
        self.pass_ = pass_
        self.channels: set[str] = set()
        # The rooms this pass writes in, by the code its client uses.
        self.seats: dict[str, Seat] = {}
        self._receive = receive
        self._send = send
        self._wire = wire
        self._must_auth = must_auth
        self._pace = Pace()
        self._closing: tuple[int, str] | None = None
        self._held: list[bytes] | None = None

    async def serve(self, *, subprotocol: str | None) -> None:
        """Accept the handshake and stay until either side ends the connection."""
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        self.hub.join(self)
        try:
            if self._must_auth:
                asyncio.get_running_loop().call_later(PATIENCE, self._end_unknown)
            else:
                self.tell(frames.ready(self.pass_))
            await self._read()
        finally:
            self.hub.leave(self)
            await self._close()

    def tell(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        self.push(text_frame(orjson.dumps(frame)))

    def push(self, frame: bytes) -> None:
        """Put a frame's bytes on their way; too much of it unsent ends the socket."""
        if self._closing is not None:
            return
        if self._wire.backlog > MAX_BACKLOG:
            self.end(1008, "reading too slowly")
            return
        if self._held is None:
            self._wire.write(frame)
        else:
            self._held.append(frame)

    @contextmanager
    def together(self) -> Generator[None]:
        """Put all that is pushed within the block on its way at its end, in one piece: half the work of two."""
        self._held = []
        try:
            yield
        finally:
            frames, self._held = self._held, None
            if frames:
                self._wire.write(b"".join(frames))

    def end(self, code: int, reason: str) -> None:
        """Close with `code` after what is on its way; nothing more is taken in."""
        if self._closing is None:
            self._closing = (code, reason)
            self._wire.wake()

    def admit(self, pass_: Pass) -> None:
        """Let the connection speak for another pass; what the old one followed is forgotten."""
        self.hub.unfollow(self, list(self.channels))
        self.seats.clear()
        self.pass_ = pass_
        self._must_auth = False

    def _end_unknown(self) -> None:
        if self._must_auth:
            self.end(4401, "no token came")

    async def _close(self) -> None:
        """Say goodbye if we end it; a peer that reads nothing gets so long and no longer."""
        if self._closing is None:
            return
        code, reason = self._closing
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except TimeoutError:
            self._wire.cut()
        except OSError:  # the peer is gone
            return

    async def _read(self) -> None:
        while self._closing is None:
            message = await self._receive()
            if self._closing is not None or message["type"] == "websocket.disconnect":
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
