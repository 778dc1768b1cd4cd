"""A real receiver on loopback: it notes what it is sent and answers as it is told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


@dataclass
class Receiver:
    """What was received: each request's head and body, as bytes."""

    port: int
    answer: Answer
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address to enter."""
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, connection: socket.socket) -> None:
        """Read one request, note it and answer."""
        with connection, connection.makefile("rb") as stream:
            stream.readline()
            headers: dict[str, str] = {}
            while (line := stream.readline().decode("latin-1").strip()) != "":
                name, _, text = line.partition(":")
                headers[name.lower()] = text.strip()
            self.requests.append((headers, stream.read(int(headers.get("content-length", 0)))))
            try:
                self.answer(connection)
            except OSError:  # the caller has had enough
                return


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Return an answerer with one status and body."""

    def answer(connection: socket.socket) -> None:
        lines = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in headers.items())
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        connection.sendall(head.encode() + body)

    return answer


def drips(connection: socket.socket) -> None:
    """Send a byte of a header now and then, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.05)


@contextmanager
def receiving(answer: Answer) -> Iterator[Receiver]:
    """Listen on a free port of loopback until the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver = Receiver(port=server.getsockname()[1], answer=answer)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:  # closed: the test is over
                    return
                threading.Thread(target=receiver.take, args=[connection], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield receiver
        server.shutdown(socket.SHUT_RDWR)
