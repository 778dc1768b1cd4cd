"""A scriptable proxy between us and a real Anvil: real HTTP on loopback, and it spoils answers as the test tells it.

Faults are functions of the request's methods and the good answer; each is chosen by a `Plan` that decides, request by
request and by a seed, so that a run can be repeated. The proxy counts requests: "step N" of a test is its Nth request.
"""

import json
import random
import socketserver
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What is sent instead: status, body and how many bytes of it really go out; None hangs up.
Answer = tuple[int, bytes, int] | None
Fault = Callable[[Any, bytes, random.Random], Answer]
HALF_OPEN_SECONDS = 2


def honest(_: Any, answer: bytes, __: random.Random) -> Answer:
    """Spoil nothing."""
    return 200, answer, len(answer)


def too_many(_: Any, __: bytes, ___: random.Random) -> Answer:
    """HTTP 429."""
    return 429, b"slow down", 9


def gateway(_: Any, __: bytes, ___: random.Random) -> Answer:
    """HTTP 502 with a page instead of JSON."""
    return 502, b"<html>bad gateway</html>", 24


def server_error(_: Any, __: bytes, ___: random.Random) -> Answer:
    """HTTP 500 without a word."""
    return 500, b"", 0


def truncated(_: Any, answer: bytes, chance: random.Random) -> Answer:
    """A part of the JSON, told to be the whole."""
    cut = chance.randrange(len(answer))
    return 200, answer[:cut], cut


def cut_off(_: Any, answer: bytes, chance: random.Random) -> Answer:
    """The line breaks in the middle of the body."""
    return 200, answer, chance.randrange(len(answer))


def hung_up(_: Any, __: bytes, ___: random.Random) -> Answer:
    """No answer at all."""
    return None


def timed_out(_: Any, answer: bytes, __: random.Random) -> Answer:
    """Longer than anyone waits."""
    time.sleep(HALF_OPEN_SECONDS)
    return 200, answer, len(answer)


def half_open(_: Any, answer: bytes, __: random.Random) -> Answer:
    """The first bytes, then silence on an open connection."""
    return 200, answer, -min(20, len(answer))


def _spoil_logs(request: Any, answer: bytes, spoil: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Answer:
    told = json.loads(answer)
    if isinstance(request, dict) and request.get("method") == "eth_getLogs" and told.get("result"):
        told["result"] = spoil(told["result"])
        answer = json.dumps(told).encode()
    return 200, answer, len(answer)


def duplicated_logs(request: Any, answer: bytes, chance: random.Random) -> Answer:
    """Some logs twice."""
    return _spoil_logs(request, answer, lambda logs: logs + chance.sample(logs, chance.randint(1, len(logs))))


def shuffled_logs(request: Any, answer: bytes, chance: random.Random) -> Answer:
    """All logs, in any order."""
    return _spoil_logs(request, answer, lambda logs: chance.sample(logs, len(logs)))


def missing_logs(request: Any, answer: bytes, chance: random.Random) -> Answer:
    """One block's logs left out."""

    def leave_out(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        block = chance.choice(logs)["blockNumber"]
        return [log for log in logs if log["blockNumber"] != block]

    return _spoil_logs(request, answer, leave_out)


def no_logs(request: Any, answer: bytes, _: random.Random) -> Answer:
    """Nothing at all, as a node answers whose log index is broken."""
    return _spoil_logs(request, answer, lambda _: [])


def extra_logs(request: Any, answer: bytes, chance: random.Random) -> Answer:
    """A log that no transaction ever wrote: another trade's id in a copy of a real one."""

    def invent(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        made = dict(chance.choice(logs))
        made["topics"] = [made["topics"][0], f"0x{chance.getrandbits(256):064x}", *made["topics"][2:]]
        return [*logs, made | {"logIndex": "0x63"}]

    return _spoil_logs(request, answer, invent)


@dataclass
class Proxy:
    """Forwards to `upstream`. `fault` is applied to each answer with probability `share`; `paused` holds all back.

    `at_step` is called with the number of each request before it is forwarded.
    """

    upstream: str
    fault: Fault = honest
    share: float = 1.0
    seed: int = 0
    paused: threading.Event = field(default_factory=threading.Event)
    at_step: Callable[[int], None] = lambda _: None
    steps: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def answer(self, body: bytes) -> Answer:
        """Return what the client gets for a request."""
        with self.lock:
            self.steps += 1
            step, spoiled = self.steps, self.chance.random() < self.share
        self.at_step(step)
        while self.paused.is_set():
            time.sleep(0.02)
        request = urllib.request.Request(self.upstream, data=body, headers={"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                good = response.read()
        except (urllib.error.URLError, OSError):
            return None
        return self.fault(json.loads(body), good, self.chance) if spoiled else (200, good, len(good))


@contextmanager
def standing_before(upstream: str, **how: Any) -> Generator[Proxy]:
    """Serve until the block ends."""
    proxy = Proxy(upstream, **how)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            answer = proxy.answer(self.rfile.read(int(self.headers["content-length"])))
            if answer is None:
                self.close_connection = True
                return
            status, body, count = answer
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: abs(count)])
            if count != len(body):
                self.wfile.flush()
                self.close_connection = True
                if count < 0:
                    time.sleep(HALF_OPEN_SECONDS)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that left early is none of the test's business."""

    server: socketserver.BaseServer = Server(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[index]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.paused.clear()
        server.shutdown()
        server.server_close()
