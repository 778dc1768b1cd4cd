"""Where notifications arrive in tests: a real SMTP server and a push service, both on loopback."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What arrived by mail; `refuses` makes the server turn the next mails down."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: int = 0
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail in."""
        if self.refuses:
            self.refuses -= 1
            return "451 Try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


class _OnAnyPort(Controller):
    """Listens on a port that is free and learns which one it got before it tries itself."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run an SMTP server that keeps what it gets."""
    box = Mailbox()
    controller = _OnAnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()


@dataclass
class PushService:
    """A browser maker's service; `answer` is the status it gives."""

    url: str = ""
    answer: int = 201
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextlib.contextmanager
def push_service() -> Iterator[PushService]:
    """Run a push service on loopback."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(service.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/wake/abc"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
