"""PostgreSQL and Redis of a bench's own, and Django set up on them; durable as in production."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from exchange.stack.engine import RunningEngine
from exchange.stack.ports import choose_port
from exchange.stack.postgres import Postgres
from exchange.stack.redis import Redis


@contextmanager
def stage(*, chain_url: str, site_url: str = "http://localhost:8000") -> Generator[RunningEngine]:
    """Run the engines, migrate and set Django up until the block ends; once a process. Yields PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    folder.chmod(0o755)  # under root PostgreSQL runs as another user and must get through
    engines = [
        RunningEngine(Postgres(folder=folder / "postgres", log=folder / "postgres.log")),
        RunningEngine(Redis(folder=folder / "redis", log=folder / "redis.log", port=choose_port(), durable=False)),
    ]
    try:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="exchange.settings",
            DATABASE_URL=engines[0].engine.url,
            REDIS_URL=engines[1].engine.url,
            CHAIN_RPC_URLS=chain_url,
            CHAIN_ID="31337",
            CONFIRMATIONS="1",
            SITE_URL=site_url,
            SECRET_KEY="benches-only-" + "0123456789abcdef" * 4,
            PARLEY_HOME=str(folder / "home"),
            DEMO="1",
            DEPLOY="0",
        )
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        yield engines[0]
        connections.close_all()
    finally:
        for engine in engines:
            engine.stop()
        shutil.rmtree(folder, ignore_errors=True)
