"""The head of an HTTP/1.1 request: read with limits, routed by its path, its forwarding headers replaced.

Only the head is looked at (RFC 9112 sections 2 to 5); bodies and socket frames pass through untouched.
"""

import asyncio
from dataclasses import dataclass

LIMIT = 16 * 1024
# A client must not speak for the proxy, and a hop's connection headers are the hop's own.
_OURS = {b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip", b"forwarded"}


class BadHead(Exception):
    """The request is refused with this status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        """Remember both."""
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Head:
    """A parsed request head; `lines` are its header lines in order."""

    request_line: bytes
    path: bytes
    lines: tuple[bytes, ...]

    @property
    def is_socket(self) -> bool:
        """Return whether the request belongs to the socket process."""
        return self.path == b"/ws" or self.path.startswith((b"/ws/", b"/ws?"))

    def for_upstream(self, *, client: str) -> bytes:
        """Return the head to send on: one request a connection, unless it becomes a socket."""
        dropped = _OURS if self.is_socket else _OURS | {b"connection", b"keep-alive"}
        kept = [line for line in self.lines if _name(line) not in dropped]
        added = [b"X-Forwarded-For: " + client.encode(), b"X-Forwarded-Proto: http"]
        if not self.is_socket:
            added.append(b"Connection: close")
        return b"\r\n".join([self.request_line, *kept, *added, b"", b""])


async def read_head(reader: asyncio.StreamReader, *, within: float) -> Head | None:
    """Return the next request head, None if the client left without asking. Raises `BadHead`.

    `reader` must have been made with `limit=LIMIT`; `within` is in seconds.
    """
    try:
        raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), within)
    except TimeoutError as error:
        raise BadHead(408, "The request did not arrive in time.") from error
    except asyncio.LimitOverrunError as error:
        raise BadHead(431, "The request's headers are larger than 16 KiB.") from error
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise BadHead(400, "The request ended in the middle of its headers.") from error
    return parse_head(raw)


def parse_head(raw: bytes) -> Head:
    """Return the parts of a request head. Raises `BadHead` if it is not HTTP/1.1 or is folded."""
    request_line, *lines = raw.lstrip(b"\r\n").removesuffix(b"\r\n\r\n").split(b"\r\n")
    parts = request_line.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1.") or not parts[1].startswith((b"/", b"*", b"http://")):
        raise BadHead(400, "This is not an HTTP/1.1 request.")
    if any(line[:1] in b" \t" or b":" not in line or b"\n" in line or b"\r" in line for line in lines):
        raise BadHead(400, "A header line is malformed.")
    return Head(request_line=request_line, path=_path(parts[1]), lines=tuple(lines))


def _path(target: bytes) -> bytes:
    """Return the path of a request target in origin or absolute form."""
    if target.startswith(b"http://"):
        slash = target.find(b"/", len(b"http://"))
        return target[slash:] if slash != -1 else b"/"
    return target


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()
