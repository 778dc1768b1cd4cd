"""A real HTTP server that stands before a real node and spoils its answers as told."""

import json
import socketserver
import threading
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Spoil = Callable[[bytes], tuple[int, bytes] | None]


class BrokenNode:
    """Forwards to `upstream`; `spoil` gets the good answer and returns (status, body), or None to cut the line."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.spoil: Spoil = lambda answer: (200, answer)
        self.requests: list[Any] = []
        self.url = ""


def honest(answer: bytes) -> tuple[int, bytes]:
    """Spoil nothing."""
    return 200, answer


def too_many(_: bytes) -> tuple[int, bytes]:
    """HTTP 429."""
    return 429, b"slow down"


def gateway(_: bytes) -> tuple[int, bytes]:
    """HTTP 502 with a page."""
    return 502, b"<html>bad gateway</html>"


def truncated(answer: bytes) -> tuple[int, bytes]:
    """Half the JSON."""
    return 200, answer[: len(answer) // 2]


def hung_up(_: bytes) -> None:
    """No answer at all."""


def slow(answer: bytes) -> tuple[int, bytes]:
    """Longer than anyone waits."""
    time.sleep(3)
    return 200, answer


def other_chain(answer: bytes) -> tuple[int, bytes]:
    """A node of another chain."""
    return 200, answer.replace(b'"0x7a69"', b'"0x1"')


@contextmanager
def standing_before(upstream: str) -> Generator[BrokenNode]:
    """Serve until the block ends."""
    node = BrokenNode(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            node.requests.append(json.loads(body))
            request = urllib.request.Request(node.upstream, data=body, headers={"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=10) as response:
                spoiled = node.spoil(response.read())
            if spoiled is None:
                self.close_connection = True
                return
            status, answer = spoiled
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that left early is none of the test's business."""

    server: socketserver.BaseServer = Server(("127.0.0.1", 0), Handler)
    node.url = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[index]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
