"""Being told of new blocks: `newHeads` over a WebSocket where a node has one, beside polling and never instead of it.

A push wakes the indexer sooner and spares it asking for the block it tells of; what is then checked and written is the
same as ever. While the socket lives, polling is a safety net and may be rare; when it dies, polling is back at its own
pace the same moment.
"""

import logging
import threading
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

log = logging.getLogger(__name__)
OPEN_SECONDS = 5
# A socket on which nothing came for so long is tried with a ping; a dead one shows within the same time again.
QUIET_SECONDS = 20
FIRST_PAUSE, LONGEST_PAUSE = 1, 60
_SUBSCRIBE = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}).decode()


def socket_url(url: str) -> str:
    """Return the address of a node's WebSocket: that of its HTTP door, as nearly all nodes and providers have it."""
    parts = urlsplit(url)
    return parts._replace(scheme={"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)).geturl()


class Heads:
    """Listens in a thread of its own and sets `wake` at each new block."""

    def __init__(self, url: str, *, wake: threading.Event, stop: threading.Event) -> None:
        self._url = socket_url(url)
        self._label = urlsplit(url).netloc.rpartition("@")[2]
        self._wake = wake
        self._stop = stop
        self.is_live = False
        self._newest: Any = None

    def take(self) -> Any:
        """Return the newest block that was pushed since the last time, as the node's JSON tells it, else None."""
        newest, self._newest = self._newest, None
        return newest

    def start(self) -> None:
        """Listen until `stop`; the thread does not keep a process alive."""
        threading.Thread(target=self._run, name=f"heads of {self._label}", daemon=True).start()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            try:
                with connect(self._url, open_timeout=OPEN_SECONDS, close_timeout=1, max_size=1 << 20) as socket:
                    self._listen(socket)
                pause = FIRST_PAUSE
            except (OSError, WebSocketException, TimeoutError, ValueError) as error:
                if self.is_live:
                    pause = FIRST_PAUSE
                    log.warning("the push connection to %s is gone, polling: %s", self._label, error)
            finally:
                self.is_live = False
                self._wake.set()
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _listen(self, socket: ClientConnection) -> None:
        socket.send(_SUBSCRIBE)
        answer = orjson.loads(socket.recv(timeout=OPEN_SECONDS))
        if not isinstance(answer, dict) or not answer.get("result"):
            raise ValueError(f"no subscription: {answer!r:.100}")
        self.is_live = True
        while not self._stop.is_set():
            try:
                frame = socket.recv(timeout=QUIET_SECONDS)
            except TimeoutError:
                if not socket.ping().wait(QUIET_SECONDS):
                    raise
                continue
            self._newest = _block_of(orjson.loads(frame))
            self._wake.set()


def _block_of(told: Any) -> Any:
    """Return the block of a push, None for any other word."""
    params = told.get("params") if isinstance(told, dict) else None
    return params.get("result") if isinstance(params, dict) else None
