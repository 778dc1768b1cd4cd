"""The one way out: a POST that cannot be led inside our network, lasts at most ten seconds and reads at most 64 KiB.

1. The host is resolved here, once, within the time limit; every number it gives is checked (`addresses.is_public`).
2. The socket connects to a checked *number*, never to the name again: a resolver that changes its mind changes nothing.
3. TLS still verifies the name. Redirects are answers like any other and are not followed; no proxy is asked.
4. A timer shuts the socket at the deadline, so that a receiver who drips bytes is cut like one who is silent.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache

from exchange.webhooks.addresses import BadAddress, Target, is_public, is_this_machine, read_target

SECONDS = 10.0
MOST_READ = 64 * 1024


class NoAnswer(Exception):
    """Nothing usable came back; the message says why, in words for the owner of the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiver said; `body` is cut at `MOST_READ` bytes."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def post(url: str, body: bytes, headers: Mapping[str, str], *, may_be_local: bool, seconds: float = SECONDS) -> Answer:
    """Send `body` to `url` and return the answer. Raises `NoAnswer`."""
    end = time.monotonic() + seconds
    try:
        target = read_target(url, may_be_local=may_be_local)
    except BadAddress as error:
        raise NoAnswer(str(error)) from error
    connection = _Connection(target, may_be_local=may_be_local, end=end)
    watch = threading.Timer(max(0.0, end - time.monotonic()), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        return _ask(connection, target, body, headers)
    except NoAnswer:
        raise
    except ssl.SSLCertVerificationError as error:
        raise NoAnswer(f"The certificate was not accepted: {error.verify_message}.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_late(seconds) if time.monotonic() >= end else _words(error)) from error
    finally:
        watch.cancel()
        connection.close()


def _ask(connection: "_Connection", target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection.request("POST", target.path, body=body, headers=dict(headers))
    response = connection.getresponse()
    read = response.read(MOST_READ)
    if connection.was_cut:
        raise NoAnswer(_late(SECONDS))
    return Answer(
        status=response.status, body=read, headers={name.lower(): text for name, text in response.getheaders()}
    )


class _Connection(http.client.HTTPConnection):
    """A connection whose `connect` resolves, checks and only then dials."""

    def __init__(self, target: Target, *, may_be_local: bool, end: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.scheme == "https" else 80
        self.was_cut = False
        self._target, self._may_be_local, self._end = target, may_be_local, end
        # Kept apart: http.client lets go of `sock` as soon as the answer begins.
        self._open: socket.socket | None = None

    def connect(self) -> None:
        """Dial the first checked number that answers."""
        plain = _dial(checked_numbers(self._target, may_be_local=self._may_be_local, end=self._end), end=self._end)
        self.sock = self._open = plain
        if self._target.scheme == "https":
            # No handshake yet, so that `cut` already holds the socket that it may have to end.
            wrapped = _tls().wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock = self._open = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End the connection from another thread."""
        self.was_cut = True
        if self._open is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self._open.shutdown(socket.SHUT_RDWR)


def checked_numbers(target: Target, *, may_be_local: bool, end: float) -> list[tuple[str, int]]:
    """Return the numbers and port to dial, all of them allowed. Raises `NoAnswer` if a single one is not."""
    local = may_be_local and is_this_machine(target.host)
    found: list[tuple[str, int]] = []
    for number in resolve(target.host, target.port, end=end):
        address = ipaddress.ip_address(number.partition("%")[0])
        if not (is_public(address) or (local and address.is_loopback)):
            raise NoAnswer("The host leads into a private network and is not called.")
        found.append((number, target.port))
    if not found:
        raise NoAnswer("The host has no address.")
    return found


def resolve(host: str, port: int, *, end: float) -> list[str]:
    """Return the numbers of a host, asked in a thread because a resolver knows no time limit. Raises `NoAnswer`."""
    asked: Future[list[str]] = Future()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            asked.set_result(list(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError):
            asked.set_exception(NoAnswer("The host was not found."))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return asked.result(timeout=max(0.0, end - time.monotonic()))
    except TimeoutError as error:
        raise NoAnswer("The name of the host was not resolved in time.") from error


def _dial(numbers: list[tuple[str, int]], *, end: float) -> socket.socket:
    failure: OSError = TimeoutError("timed out")
    for where in numbers:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection(where, timeout=left)
        except OSError as error:
            failure = error
    raise failure


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _late(seconds: float) -> str:
    return f"No answer within {seconds:g} seconds."


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return _late(SECONDS)
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, ssl.SSLError):
        return "No secure connection could be made."
    if isinstance(error, http.client.HTTPException):
        return "The answer was not HTTP."
    return "The connection broke."
