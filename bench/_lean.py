"""A WebSocket client that costs next to nothing, so that figures show the servers: text frames below 64 KiB only."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

Hear = Callable[["Lean", bytes], None]


class Lean(asyncio.Protocol):
    """One connection. `hear` is called with each text frame's payload; masking with zeros leaves bytes as they are."""

    def __init__(self, url: str, headers: dict[str, str], hear: Hear) -> None:
        self.hear = hear
        self.is_open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False
        self._url = urlsplit(url)
        self._headers = headers
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        key = base64.b64encode(os.urandom(16)).decode()
        wanted = {
            "Host": self._url.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
            **self._headers,
        }
        lines = [f"GET {self._url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in wanted.items()), "", ""]
        self._transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        """Cut the stream into frames."""
        self._buffer += data
        if not self.is_open.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.is_open.set_exception(ConnectionError(head.decode("latin-1")))
                return
            self._buffer = rest
            self.is_open.set_result(None)
        at, buffer, size = 0, self._buffer, len(self._buffer)
        while size - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            if size < start + length:
                break
            kind, payload = buffer[at] & 15, buffer[start : start + length]
            at = start + length
            if kind == 1:
                self.hear(self, payload)
            elif kind == 9:
                self._write(0x8A, payload)
            elif kind == 8:
                self._transport.close()
        self._buffer = buffer[at:]

    def connection_lost(self, error: Exception | None) -> None:
        """Remember it: a figure with lost lines is none."""
        self.lost = True
        if not self.is_open.done():
            self.is_open.set_exception(error or ConnectionError("closed in the handshake"))

    def send(self, payload: bytes) -> None:
        """Send one text frame."""
        self._write(0x81, payload)

    def close(self) -> None:
        """Leave without a word."""
        self._transport.abort()

    def _write(self, first: int, payload: bytes) -> None:
        size = len(payload)
        head = bytes((first, 0x80 | size)) if size < 126 else bytes((first, 0xFE)) + size.to_bytes(2, "big")
        self._transport.write(head + b"\x00\x00\x00\x00" + payload)


async def connect(url: str, hear: Hear, **headers: str) -> Lean:
    """Open a socket."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Lean(url, headers, hear), str(parts.hostname), parts.port or 80)
    await made.is_open
    return made
