"""A gate between the keeper and the node, that does something at the very moment a named request passes.

A request is a list of method names (a batch has several). `script` is asked before it is handed on and again before its
answer is handed back; what it returns says what happens to it.
"""

import json
import threading
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Moment(Enum):
    """When a script is asked."""

    BEFORE = "before the node has it"
    AFTER = "after the node has done it, before the keeper knows"


class Fate(Enum):
    """What becomes of a request or its answer."""

    PASS = "as it is"
    CUT = "the line goes dead"
    TOO_MANY = "429"
    BROKEN = "500"
    HALF = "half the answer"
    NONSENSE = "no JSON"


@dataclass(frozen=True)
class Passing:
    """One request at the gate; `answer` is None before the node has it."""

    methods: tuple[str, ...]
    moment: Moment
    answer: Any = None

    def is_about(self, method: str) -> bool:
        """Whether this is the lone request `method`, not one of a batch."""
        return self.methods == (method,)

    @property
    def shows_receipt(self) -> bool:
        """Whether the answer tells that a transaction is mined."""
        rows = self.answer if isinstance(self.answer, list) else []
        return any(isinstance(row.get("result"), dict) and "gasUsed" in row["result"] for row in rows)


Script = Callable[[Passing], Fate]


def let_pass(_: Passing) -> Fate:
    """Nothing happens."""
    return Fate.PASS


@dataclass
class Gate:
    """The gate at `url` before `upstream`."""

    upstream: str
    url: str = ""
    script: Script = let_pass
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, passing: Passing) -> Fate:
        """Ask the script, one request at a time."""
        with self.lock:
            return self.script(passing)


_BODIES = {Fate.TOO_MANY: (429, b"slow down"), Fate.BROKEN: (500, b"oops"), Fate.NONSENSE: (200, b"<html>hello")}


@contextmanager
def gate_before(upstream: str) -> Generator[Gate]:
    """Serve until the block ends."""
    gate = Gate(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked = json.loads(body)
            methods = tuple(one["method"] for one in (asked if isinstance(asked, list) else [asked]))
            fate = gate.ask(Passing(methods, Moment.BEFORE))
            if fate is not Fate.PASS:
                self.reply(fate, b"")
                return
            request = urllib.request.Request(gate.upstream, data=body, headers={"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as response:
                answer = response.read()
            self.reply(gate.ask(Passing(methods, Moment.AFTER, json.loads(answer))), answer)

        def reply(self, fate: Fate, answer: bytes) -> None:
            if fate is Fate.CUT:
                self.close_connection = True
                return
            status, body = _BODIES.get(fate, (200, answer[: len(answer) // 2] if fate is Fate.HALF else answer))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that was killed is the point of it."""

    server = Server(("127.0.0.1", 0), Handler)
    gate.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()
