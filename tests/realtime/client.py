"""A WebSocket client of the tests: connects as somebody, sends frames, and waits for what it should hear."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from exchange.accounts.models import Account
from tests.api.client import token_for


class Ear:
    """One open socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, frame: Any) -> None:
        """Send a frame; text and bytes go out as they are."""
        self.connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def hear(self, kind: str, *, within: float = 8, **facts: Any) -> dict[str, Any]:
        """Return the next frame of this kind that carries these facts; others are passed over."""
        end = time.monotonic() + within
        passed: list[Any] = []
        while (left := end - time.monotonic()) > 0:
            try:
                frame: dict[str, Any] = json.loads(self.connection.recv(timeout=left))
            except TimeoutError:
                break
            if frame["t"] == kind and all(frame.get(name) == value for name, value in facts.items()):
                return frame
            passed.append(frame)
        raise AssertionError(f"no {kind} frame with {facts} came; there were {passed}")

    def hears_nothing_of(self, kind: str, *, within: float = 0.7) -> bool:
        """Return whether no frame of this kind comes in time."""
        try:
            self.hear(kind, within=within)
        except AssertionError:
            return True
        return False

    def follow(self, *topics: str) -> list[str]:
        """Subscribe and return what was granted."""
        self.say({"t": "sub", "topics": list(topics)})
        granted: list[str] = self.hear("sub")["topics"]
        return granted

    def code(self, *, within: float = 8) -> int:
        """Return the code the server closes with."""
        end = time.monotonic() + within
        try:
            while (left := end - time.monotonic()) > 0:
                self.connection.recv(timeout=left)
        except ConnectionClosed:
            return int(self.connection.close_code or 1006)
        except TimeoutError:
            pass
        raise AssertionError("the server did not close the socket")


@contextmanager
def open_socket(
    url: str,
    account: Account | None = None,
    *scopes: str,
    origin: str | None = settings.SITE_URL,
    cookie: str | None = None,
    subprotocols: list[str] | None = None,
    **options: Any,
) -> Iterator[Ear]:
    """Open a socket: as a page of a stranger, or with an account as a program that sends a token first."""
    headers = {"Cookie": cookie} if cookie else {}
    if account is not None:
        origin = None
    offered: list[Any] | None = subprotocols
    with connect(
        url, origin=origin, additional_headers=headers, subprotocols=offered, compression=None, **options
    ) as connection:
        ear = Ear(connection)
        if account is not None:
            ear.say({"t": "auth", "token": token_for(account, *scopes)})
            ear.hear("ready", account=account.address)
        yield ear
