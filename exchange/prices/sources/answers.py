"""Asking a source over HTTP: one GET, bounded in time and size whatever the other side does.

Libraries bound the wait for each piece of an answer, so a server that drips a byte a second holds them for hours. Here
every wait, of the headers too, ends when the time for the whole exchange is up. Redirects are not followed, compression
is not asked for (no bombs), and each question has a connection of its own.
"""

import http.client
import io
import json
import re
import socket
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import orjson

from exchange.prices.sources.base import SourceFailed

SECONDS = 4
MOST_BYTES = 256 * 1024
_HEADERS = {"accept": "application/json, text/xml", "accept-encoding": "identity", "connection": "close"}
_PLAIN = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    reason: str
    text: str


def get(url: str, *, seconds: int = SECONDS, most_bytes: int = MOST_BYTES) -> Answer:
    """Return the answer to a GET of `url` within `seconds`. Raises `SourceFailed` for none, a cut one, a large one."""
    parts = urlsplit(url)
    kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}.get(parts.scheme)
    if kind is None or not parts.hostname:
        raise SourceFailed(f"{url!r} is no http or https address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    end = time.monotonic_ns() + seconds * 10**9
    connection = kind(parts.hostname, _port(parts), timeout=seconds)
    opened: socket.socket | None = None
    try:
        connection.connect()
        opened = connection.sock
        connection.sock = cast("socket.socket", _Clocked(opened, end))
        connection.request("GET", path, headers=_HEADERS)
        response = connection.getresponse()
        body = _read(response, most_bytes)
        return Answer(status=response.status, reason=response.reason, text=body.decode("utf-8"))
    except TimeoutError as error:
        raise SourceFailed(f"{parts.netloc} gave no whole answer within {seconds} s") from error
    except UnicodeDecodeError as error:
        raise SourceFailed(f"{parts.netloc} answered with no UTF-8 text") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceFailed(f"{parts.netloc}: {type(error).__name__}") from error
    finally:
        if opened is not None:
            opened.close()


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as error:
        raise SourceFailed(f"{parts.netloc} names no port that exists") from error


def get_whole(url: str, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the text of a successful answer. Raises `SourceFailed` for any other status."""
    answer = get(url, most_bytes=most_bytes)
    if answer.status != http.HTTPStatus.OK:
        raise SourceFailed(f"{urlsplit(url).netloc} answered HTTP {answer.status}")
    return answer.text


def parse_json(text: str) -> Any:
    """Return the JSON in `text` with every number as the text it was written as. Raises `SourceFailed`."""
    try:
        # orjson is strict (depth, NaN, surrogates); only json can keep numbers as they were written.
        orjson.loads(text)
        return json.loads(text, parse_float=str, parse_int=str)
    except ValueError as error:
        raise SourceFailed("the answer is no JSON") from error


def positive(value: object, *, what: str) -> Decimal:
    """Return a plain positive number. Raises `SourceFailed` for all else: NaN, negative, zero, exponents, words."""
    text = str(value)
    if isinstance(value, bool) or not _PLAIN.fullmatch(text) or not Decimal(text):
        raise SourceFailed(f"{what} is {text[:40]!r}, no positive number")
    return Decimal(text)


def _read(response: http.client.HTTPResponse, most_bytes: int) -> bytes:
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise SourceFailed(f"the answer is larger than {most_bytes} bytes")
    if response.length:
        raise SourceFailed("the answer was cut off")
    return body


class _Clocked:
    """A connected socket that is given up when the clock strikes `end` (nanoseconds), whatever it is waiting for."""

    def __init__(self, sock: socket.socket, end: int) -> None:
        self._sock, self._end = sock, end

    def _wait_at_most(self) -> None:
        left = self._end - time.monotonic_ns()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left / 10**9)

    def sendall(self, data: bytes) -> None:
        self._wait_at_most()
        self._sock.sendall(data)

    def recv_into(self, buffer: memoryview) -> int:
        self._wait_at_most()
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Leave it open: `http.client` closes before it has read the body, and `get` closes the socket in the end."""


class _Incoming(io.RawIOBase):
    """What arrives on a clocked socket, for `http.client` to read."""

    def __init__(self, clocked: _Clocked) -> None:
        self._clocked = clocked

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._clocked.recv_into(memoryview(buffer))
