"""Parley's own processes: their command lines, the same in the embedded default, in crash tests and in production."""

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from exchange.stack.command import Command
from exchange.stack.home import CHECKOUT
from exchange.stack.ports import LOOPBACK


def web(environment: Mapping[str, str], *, port: int, workers: int = 1, threads: int = 8) -> Command:
    """Pages and REST API: gunicorn with threads, WSGI."""
    options = ["--bind", f"{LOOPBACK}:{port}", "--workers", str(workers), "--threads", str(threads)]
    options += ["--worker-class", "gthread", "--graceful-timeout", "5", "--log-level", "warning"]
    # Every stack of this user would share one control socket, and a busy disk would hold up the heartbeat file.
    options += ["--no-control-socket"]
    options += ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []
    return _python("web", environment, "-m", "gunicorn", *options, "exchange.wsgi")


def ws(environment: Mapping[str, str], *, port: int) -> Command:
    """Sockets: uvicorn, ASGI, `/ws/` only. Compression is off: it costs memory for each socket and invites bombs."""
    options = ["--host", LOOPBACK, "--port", str(port), "--loop", "uvloop", "--lifespan", "off"]
    options += ["--ws", "exchange.realtime.wire:Wire", "--ws-per-message-deflate", "false", "--ws-max-size", "65536"]
    options += ["--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    return _python("ws", environment, "-m", "uvicorn", *options, "exchange.asgi:application")


def worker(environment: Mapping[str, str], *, concurrency: int = 4) -> Command:
    """Background tasks: Celery with threads, without the chatter between workers that only larger set-ups need."""
    options = ["--pool", "threads", "--concurrency", str(concurrency), "--loglevel", "warning"]
    options += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--hostname", "worker@parley"]
    # In a container it runs as root like everything else there; Celery's long warning would be the first thing to see.
    calm = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser", **environment}
    return _python("worker", calm, "-m", "celery", "--quiet", "-A", "exchange", "worker", *options)


def beat(environment: Mapping[str, str], *, folder: Path) -> Command:
    """The clock of the background tasks; its memory of last runs lies in `folder`."""
    options = ["--schedule", str(folder / "schedule"), "--pidfile", "", "--loglevel", "warning"]
    return _python("beat", environment, "-m", "celery", "--quiet", "-A", "exchange", "beat", *options)


def indexer(environment: Mapping[str, str]) -> Command:
    """Reads the chain."""
    return manage("runindexer", environment, name="indexer")


def keeper(environment: Mapping[str, str]) -> Command:
    """Sends what a deadline or a signed action asks for; the only process with a key."""
    return manage("runkeeper", environment, name="keeper")


def manage(command: str, environment: Mapping[str, str], *, name: str) -> Command:
    """Run one management command."""
    return _python(name, environment, str(CHECKOUT / "manage.py"), command)


def _python(name: str, environment: Mapping[str, str], *arguments: str) -> Command:
    return Command(name=name, argv=(sys.executable, *arguments), environment=environment, folder=CHECKOUT)


def listens(port: int) -> bool:
    """Return whether something accepts connections on `port`."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def answers_http(port: int) -> bool:
    """Return whether an HTTP server on `port` answers at all: by then its first request has loaded what it needs."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=20):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
