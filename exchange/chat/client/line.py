"""A line to one trade room that loses nothing: a socket while there is one, HTTP for gaps, and retries for ever.

1. The log is the truth: messages are read in the order of `seq` only, and a gap is fetched before anything after it.
2. What is written waits until the log shows it; it is sent again after every reconnection and every refusal that may
   pass. The node answers a repeat with the same place.
3. A heartbeat whose head is further than ours means that a hint was lost. No heartbeat means that the line is dead.
4. A node that goes back, leaves out or swaps messages is reported in `lies`; nothing is silently believed.
"""

import asyncio
import json
import random
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from exchange.chat import protocol
from exchange.chat.client.conversation import Conversation, Reading

SILENCE = 16
# Seconds before the first try again, and before any later one.
RETRY = 1
LONGEST_RETRY = 15


@dataclass(kw_only=True)
class Line:
    """One person in one room. `run` it as a task; `say` writes; `heard` is called once for each message, in order."""

    socket_url: str
    api_url: str
    token: str
    code: str
    conversation: Conversation
    heard: Callable[[int, Reading], None]
    head: int = 0
    lies: list[str] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _acked: dict[int, str] = field(default_factory=dict)
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        pause = RETRY
        while True:
            try:
                async with connect(self.socket_url, origin=None, compression=None) as socket:
                    await self._open(socket)
                    pause = RETRY
                    await self._listen(socket)
            except (OSError, WebSocketException, TimeoutError):
                self._socket = None
            # Half fixed, half random: a restarted node must not be met by everybody at once.
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311
            pause = min(2 * pause, LONGEST_RETRY)

    async def say(self, content: Mapping[str, Any]) -> None:
        """Write a message; it is on its way until the log shows it."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        await self._send(self.conversation.write(content, sent_at=moment))

    def drop(self) -> None:
        """Lose the connection, as a tunnel would: for tests."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _open(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"t": "auth", "token": self.token}))
        await socket.send(json.dumps({"t": "sub", "topics": [f"trade:{self.code}"]}))
        self._socket = socket
        await self.catch_up()
        await self._send_waiting()

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE):
                frame = json.loads(await socket.recv())
            await self._take(frame)

    async def _take(self, frame: Mapping[str, Any]) -> None:
        if frame["t"] == "chat" and frame["trade"] == self.code:
            if frame["seq"] == self.head + 1 and not self._fetching.locked():
                self._read(frame["seq"], frame["msg"])
            elif frame["seq"] > self.head:
                await self.catch_up()
        elif frame["t"] == "beat":
            if frame["heads"].get(f"trade:{self.code}", {}).get("seq", 0) > self.head:
                await self.catch_up()
            await self._send_waiting()
        elif frame["t"] == "ack" and frame["trade"] == self.code:
            self._note_ack(frame["n"], frame["seq"])
        elif frame["t"] == "error" and frame.get("trade") == self.code:
            await asyncio.sleep(RETRY)
            await self.catch_up()
            self.conversation.seal_again()
            await self._send_waiting()

    async def catch_up(self) -> None:
        """Fetch and read everything after what is known."""
        async with self._fetching:
            while True:
                page = await asyncio.to_thread(self._fetch, self.head)
                if page["head"] < self.head:
                    self.lies.append(f"The node's log ended at {self.head} and now ends at {page['head']}.")
                for item in page["items"]:
                    self._read(item["seq"], item["msg"])
                if self.head >= page["head"] or not page["items"]:
                    return

    def _read(self, seq: int, message: Mapping[str, Any]) -> None:
        if seq <= self.head:
            return
        if seq != self.head + 1:
            self.lies.append(f"The node left out what came between {self.head} and {seq}.")
        self.head = seq
        promised = self._acked.pop(seq, None)
        if promised is not None and promised != protocol.hash_of(message):
            self.lies.append(f"The node acknowledged a message of mine as {seq} and shows another there.")
        self.heard(seq, self.conversation.read(message))

    def _note_ack(self, n: int, seq: int) -> None:
        for waiting in self.conversation.waiting:
            if waiting.message["n"] == n and seq > self.head:
                self._acked[seq] = protocol.hash_of(waiting.message)

    async def _send_waiting(self) -> None:
        for waiting in list(self.conversation.waiting):
            await self._send(waiting.message)

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self._socket is None:
            return
        try:
            await self._socket.send(json.dumps({"t": "chat", "trade": self.code, "msg": message}))
        except (OSError, WebSocketException):
            self._socket = None

    def _fetch(self, after: int) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  (the caller's own node)
            f"{self.api_url}/trades/{self.code}/messages?after={after}&limit=100",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            page: dict[str, Any] = json.load(answer)
        return page
