"""Pytest plugin: a PostgreSQL, a Redis and an Anvil for every test process, ready before Django reads its settings.

Loaded by `-p tests.engines`. With xdist each worker has its own three; the controller runs no test and gets none.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connections

from exchange.core.garbage import keep_what_is_loaded
from exchange.stack.anvil import CHAIN_ID, Anvil
from exchange.stack.engine import Engine, RunningEngine
from exchange.stack.errors import StackError
from exchange.stack.ports import choose_port
from exchange.stack.postgres import Postgres
from exchange.stack.redis import Redis
from tests.template import put_migrated, use_migrated


@dataclass
class Engines:
    """The three servers of this test process. Crash tests call `kill`, `start` and `restart` on them."""

    folder: Path
    postgres: RunningEngine
    redis: RunningEngine
    anvil: RunningEngine
    _connected_to: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._connected_to = self.postgres.pid

    def stop(self) -> None:
        """End all three by their process ids and remove their data."""
        for engine in (self.anvil, self.redis, self.postgres):
            engine.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mend(self) -> None:
        """Start what a crash test left dead, and let no connection outlive the server it was made to."""
        from django.db.backends.postgresql.base import DatabaseWrapper

        for engine in (self.postgres, self.redis, self.anvil):
            if engine.pid is None:
                engine.start()
        if self.postgres.pid != self._connected_to:
            for connection in connections.all(initialized_only=True):
                assert isinstance(connection, DatabaseWrapper)
                connection.close()
                connection.close_pool()
            self._connected_to = self.postgres.pid


ENGINES: Engines | None = None


def start_engines() -> Engines:
    """Start all three in a folder of their own; takes two seconds, and ten more after a change of migrations."""
    folder = Path(tempfile.mkdtemp(prefix="parley-test-"))
    folder.chmod(0o755)  # under root PostgreSQL runs as another user and must get through
    postgres = Postgres(folder=folder / "postgres", log=folder / "postgres.log", durable=False)
    put_migrated(postgres, environment=environment_for(None))
    return Engines(
        folder=folder,
        postgres=_start(postgres),
        redis=_start_on_free_port(Redis, folder=folder, name="redis"),
        anvil=_start_on_free_port(Anvil, folder=folder, name="anvil"),
    )


def _start(engine: Engine) -> RunningEngine:
    return RunningEngine(engine)


def _start_on_free_port(kind: type[Redis] | type[Anvil], *, folder: Path, name: str) -> RunningEngine:
    """Start `kind`; a port found free may be taken before it is used, so try thrice."""
    for attempt in range(3):
        engine = kind(folder=folder / name, log=folder / f"{name}.log", port=choose_port(), durable=False)
        try:
            return _start(engine)
        except StackError:
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def environment_for(engines: Engines | None) -> dict[str, str]:
    """Return the settings' environment; addresses lead nowhere when there are no engines."""
    return {
        "DATABASE_URL": engines.postgres.engine.url if engines else "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": engines.redis.engine.url if engines else "redis://127.0.0.1:1/0",
        "CHAIN_RPC_URLS": engines.anvil.engine.url if engines else "http://127.0.0.1:1",
        "PUBLIC_RPC_URL": engines.anvil.engine.url if engines else "http://127.0.0.1:1",
        "CHAIN_ID": str(CHAIN_ID),
        "CONFIRMATIONS": "1",
        "PARLEY_HOME": str(engines.folder / "home") if engines else os.devnull,
        "SECRET_KEY": "tests-only-" + "0123456789abcdef" * 4,
        "DEMO": "1",
        # A test reads what it has just written; what keeping pages does is tested by itself.
        "BOOK_KEPT_MS": "0",
        "DEPLOY": "0",
        "SITE_URL": "http://localhost:8000",
    }


def stop_engines() -> None:
    """Stop what this process started; safe to call twice."""
    global ENGINES
    engines, ENGINES = ENGINES, None
    if engines is not None:
        engines.stop()


def _runs_tests(options: object) -> bool:
    """Return whether this process will run tests itself: not an xdist controller, nor one that only prints."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return True
    printing = ("collectonly", "help", "version", "markers", "showfixtures", "show_fixtures_per_test")
    return not any(getattr(options, name, None) for name in ("numprocesses", "tx", *printing))


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Set the environment before pytest-django imports the settings: a wrapper runs before every plain hook."""
    global ENGINES
    if ENGINES is None and _runs_tests(early_config.known_args_namespace):
        ENGINES = start_engines()
        atexit.register(stop_engines)
    os.environ.update(environment_for(ENGINES))
    result = yield
    use_migrated()
    return result


def pytest_collection_finish() -> None:
    """What has been collected stays: the garbage collector need not go through it again, a tenth of all time."""
    keep_what_is_loaded()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A test that kills a server, or fails while one is down, must not take the next ones with it."""
    if ENGINES is not None:
        ENGINES.mend()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Nor may it spoil its own end, at which its tables are emptied."""
    if ENGINES is not None:
        ENGINES.mend()


def pytest_unconfigure() -> None:
    """Stop the engines at the end of the session, Ctrl-C included."""
    stop_engines()
