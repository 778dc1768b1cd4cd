"""A whole small Parley for figures: durable PostgreSQL, Redis, Anvil, the schema, and socket servers of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx

from exchange.stack.anvil import Anvil
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import LOOPBACK, choose_port
from exchange.stack.postgres import Postgres
from exchange.stack.redis import Redis
from tests.engines import Engines, environment_for

CHECKOUT = Path(__file__).resolve().parents[1]


@contextmanager
def arena() -> Iterator[Engines]:
    """Yield running engines; afterwards Django is ready and the schema is there. Commits reach the disk."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # under root PostgreSQL runs as another user and must get through
        engines = Engines(
            folder=folder,
            postgres=RunningEngine(Postgres(folder=folder / "postgres", log=folder / "postgres.log")),
            redis=RunningEngine(Redis(folder=folder / "redis", log=folder / "redis.log", port=choose_port())),
            anvil=RunningEngine(Anvil(folder=folder / "anvil", log=folder / "anvil.log", port=choose_port())),
        )
        try:
            os.environ.update(environment_for(engines), DJANGO_SETTINGS_MODULE="exchange.settings")
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield engines
        finally:
            engines.stop()


class Server:
    """A server process on a port of its own that can be killed and started again there."""

    def __init__(self, argv: list[str], *, port: int, path: str = "/ws/", **environment: str) -> None:
        self.argv, self.environment = argv, {**os.environ, **environment}
        self.url = f"ws://{LOOPBACK}:{port}{path}"
        self._health = f"http://{LOOPBACK}:{port}/healthz"
        self._process: subprocess.Popen[bytes]

    @property
    def resident(self) -> int:
        """Bytes of memory in use (VmRSS)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self.argv, env=self.environment, cwd=CHECKOUT)
        end = time.monotonic() + 100
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.argv} does not answer")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return httpx.get(self._health, timeout=2).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it the hard way."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()


def our_server() -> Server:
    """Return what serves sockets in production, not yet started."""
    from exchange.stack import roles

    port = choose_port()
    return Server([sys.executable, *roles.ws(dict(os.environ), port=port).argv[1:]], port=port)


def raw_server() -> Server:
    """Return the peer: `websockets` and Redis pub/sub, nothing stored, nothing checked."""
    port = choose_port()
    return Server([sys.executable, "-m", "bench._raw", str(port), os.environ["REDIS_URL"]], port=port)
