"""Engines, a seeded book and production servers for the benches of offers; everything is stopped at the end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from exchange.stack import roles
from exchange.stack.ports import LOOPBACK, choose_port

CHECKOUT = Path(__file__).resolve().parents[1]


@contextmanager
def engines() -> Iterator[Path]:
    """Start PostgreSQL, Redis and Anvil of their own, set Django up on them, and yield a folder for files."""
    from tests.engines import environment_for, start_engines

    started = start_engines()
    os.environ.update(environment_for(started))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "bench._settings", "PRICE_MAX_AGE": "86400", "BOOK_KEPT_MS": "700"}
    folder = Path(tempfile.mkdtemp(prefix="parley-bench-"))
    os.environ["BENCH_PAGES"] = str(folder)
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from exchange.catalog.data_files import read_catalog
        from exchange.catalog.load import store_catalog

        store_catalog(read_catalog())
        yield folder
    finally:
        started.stop()


@contextmanager
def web(**settings: str) -> Iterator[str]:
    """Serve by gunicorn, two workers with eight threads, and yield the address."""
    port = choose_port()
    environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR", "PYTHONPATH": str(CHECKOUT)}
    command = roles.web(environment, port=port, workers=2, threads=8)
    process = subprocess.Popen([sys.executable, *command.argv[1:]], env=environment, cwd=CHECKOUT)
    try:
        _wait_for(process, f"http://{LOOPBACK}:{port}/healthz")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            if httpx.get(url, timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit(f"the server did not answer at {url}")


def read_prices(now: datetime) -> None:
    """Give every pair of the book a market price that stays fresh for the run."""
    from bench._offers import CURRENCIES, MARKET
    from exchange.prices.models import Reading

    for currency in CURRENCIES:
        for number in range(3):
            Reading.objects.update_or_create(
                source=f"bench-{number}",
                asset="ETH",
                currency=currency,
                defaults={"price": MARKET, "observed_at": now + timedelta(hours=number and 0)},
            )


class Bar:
    """A progress bar on standard error."""

    def __init__(self, total: int, words: str) -> None:
        self.total, self.words, self.began = total, words, time.monotonic()

    def __call__(self, done: int) -> None:
        full = 30 * done // self.total
        took = time.monotonic() - self.began
        end = "\n" if done >= self.total else "\r"
        print(f"{self.words} [{'#' * full}{'.' * (30 - full)}] {done:,} in {took:.0f} s", end=end, file=sys.stderr)
