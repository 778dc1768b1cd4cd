"""A proxy between a process of ours and PostgreSQL that numbers what is sent: "step N" is the Nth message.

So a process, or the database, can be killed at each single step of a transaction without a line of test code in it.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from django.db import connection


@dataclass
class DatabaseProxy:
    """Forwards to the server's own socket; `at_step` is called with the number of each message before it goes on."""

    at_step: Callable[[int], None] = lambda _: None
    steps: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self) -> None:
        """Note one message on its way to the server."""
        with self.lock:
            self.steps += 1
            step = self.steps
        self.at_step(step)


@contextmanager
def numbering() -> Generator[DatabaseProxy]:
    """Serve until the block ends."""
    proxy = DatabaseProxy()
    told = connection.settings_dict
    server_path = str(Path(str(told["HOST"])) / f".s.PGSQL.{told['PORT'] or 5432}")
    listener = socket.create_server(("127.0.0.1", 0))
    proxy.url = f"postgresql://{quote(str(told['USER']))}@127.0.0.1:{listener.getsockname()[1]}/{told['NAME']}"

    threads: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            upstream = socket.socket(socket.AF_UNIX)
            try:
                upstream.connect(server_path)
            except OSError:  # the database is down
                client.close()
                upstream.close()
                continue
            for source, target, count in ((client, upstream, proxy.count), (upstream, client, None)):
                threads.append(threading.Thread(target=_pump, args=(source, target, count), daemon=True))
                threads[-1].start()

    threads.append(threading.Thread(target=serve, daemon=True))
    threads[0].start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join(10)


def _pump(source: socket.socket, target: socket.socket, count: Callable[[], None] | None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            if count is not None:
                count()
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
    source.close()
