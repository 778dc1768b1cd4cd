"""A real HTTP server on loopback that answers as an exchange does, or as badly as anyone can."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class FakeExchange:
    """What the server says, by path; `asked` are the paths it was asked for."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.answers: dict[str, Behaviour] = {}
        self.otherwise: Behaviour | None = None
        self.stopping = threading.Event()

    def say(self, path: str, document: object) -> None:
        """Answer `path` with JSON."""
        self.answers[path] = sends(json.dumps(document).encode())


def sends(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with `body`."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def cuts(body: bytes) -> Behaviour:
    """Promise the whole body and send half of it."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])

    return behave


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def floods(megabytes: int) -> Behaviour:
    """Send a huge JSON text, its length untold."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n{")
        for _ in range(megabytes):
            handler.wfile.write(b" " * 1_000_000)

    return behave


def drips(body: bytes, *, after: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n") -> Behaviour:
    """Send a byte every tenth of a second, for a minute."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(after)
        stopping: threading.Event = handler.server.fake.stopping  # type: ignore[attr-defined]
        for place in range(600):
            handler.wfile.write(body[place % len(body) : place % len(body) + 1])
            if stopping.wait(0.1):
                return

    return behave


def stays_silent(handler: BaseHTTPRequestHandler) -> None:
    """Take the question and never answer."""
    handler.server.fake.stopping.wait(60)  # type: ignore[attr-defined]


@contextmanager
def serving() -> Iterator[FakeExchange]:
    """Serve until the block ends."""
    fake = FakeExchange()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            fake.asked.append(self.path)
            behave = fake.answers.get(self.path) or fake.otherwise or sends(b'{"message":"Not Found"}', status=404)
            self.close_connection = True
            try:
                behave(self)
            except (BrokenPipeError, ConnectionResetError):
                return  # who asked has given up, as it should

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    server.fake = fake  # type: ignore[attr-defined]
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def elapsed(act: Callable[[], object]) -> float:
    """Return how many seconds `act` took."""
    start = time.monotonic()
    act()
    return time.monotonic() - start
