"""Real servers on the test database: gunicorn with two workers for HTTP, uvicorn for sockets, as in production."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.db import connection

from exchange.stack import roles
from exchange.stack.ports import LOOPBACK, choose_port

CHECKOUT = Path(__file__).resolve().parents[1]


def environment(**settings: str) -> dict[str, str]:
    """Return what a server process needs to work on this test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = str(connection.settings_dict["NAME"])
    return {**os.environ, "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")), "PYTHONWARNINGS": "", **settings}


@contextmanager
def web_server(*, workers: int = 2) -> Iterator[str]:
    """Serve pages and API by gunicorn and yield the address. Needs committed data (`transaction=True`)."""
    port = choose_port()
    command = roles.web(environment(), port=port, workers=workers, threads=8)
    with _running(command.argv, environment(), port=port, path="/healthz"):
        yield f"http://{LOOPBACK}:{port}"


@contextmanager
def socket_server(**settings: str) -> Iterator[str]:
    """Serve sockets by uvicorn and yield the address, `ws://…/ws/`."""
    port = choose_port()
    command = roles.ws(environment(), port=port)
    with _running(command.argv, environment(**settings), port=port, path="/healthz"):
        yield f"ws://{LOOPBACK}:{port}/ws/"


@contextmanager
def _running(argv: tuple[str, ...], environment: dict[str, str], *, port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *argv[1:]], env=environment, cwd=CHECKOUT)
    try:
        _wait_for(process, f"http://{LOOPBACK}:{port}{path}")
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", url: str, *, within: float = 100) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer at {url}")
