"""Our own processes as real ones, to be killed in the middle of what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.chain.world import KEYS, World

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180


def environment(world: World) -> dict[str, str]:
    """What a process needs to work on the test's database and chain."""
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={quote(str(database['HOST']), safe='/')}"
    return {
        **os.environ,
        "DATABASE_URL": url + (f"&port={database['PORT']}" if database["PORT"] else ""),
        "CHAIN_RPC_URLS": world.url,
        "ESCROWS": settings.ESCROWS,
        "CONFIRMATIONS": str(settings.CONFIRMATIONS),
        "INDEXER_POLL_MS": "50",
        "KEEPER_KEY": KEYS["kim"],
        "PYTHONWARNINGS": "ignore",
    }


class Process:
    """One `manage.py` command."""

    def __init__(self, command: str, world: World, *, log: Path, places: Mapping[str, str] | None = None) -> None:
        """Start it; `places` are addresses it gets instead of the test's own, such as those of proxies."""
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), command],
                env=environment(world) | dict(places or {}),
                stdout=output,
                stderr=output,
                cwd=ROOT,
            )
        self.log = log

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to leave and return its exit code. It ends its step first, and a loaded machine takes its time."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    @property
    def is_running(self) -> bool:
        """Whether it still lives."""
        return self._process.poll() is None


@contextmanager
def running(command: str, world: World, *, log: Path) -> Generator[Process]:
    """Run one process; whatever the test does, none is left behind."""
    process = Process(command, world, log=log)
    try:
        yield process
    finally:
        process.kill()


def wait_for(
    condition: Callable[[], bool], *, what: str, log: Path | None = None, meanwhile: Callable[[], None] | None = None
) -> None:
    """Return as soon as `condition` holds; `meanwhile` is done again and again until then."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            words = log.read_text(encoding="utf-8")[-3000:] if log and log.exists() else ""
            raise AssertionError(f"waited in vain until {what}; {words}")
        if meanwhile is not None:
            meanwhile()
            time.sleep(0.2)
        time.sleep(0.002)


def someone_is_writing() -> bool:
    """Return whether another connection to this database is inside a transaction that has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
        )
        return bool(cursor.fetchone()[0])
