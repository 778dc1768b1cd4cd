"""Starts, kills and stops a whole Parley of its own, in a folder and on a port of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from exchange.stack.ports import choose_port
from exchange.stack.postgres import Postgres
from tests.template import put_migrated

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = {"DATABASE_URL", "REDIS_URL", "CHAIN_RPC_URLS", "CHAIN_ID", "PARLEY_HOME", "PORT", "SITE_URL", "ESCROW_ADDRESS"}
OURS |= {"SECRET_KEY", "SECRET_KEY_FILE", "DEMO", "DEBUG", "KEEPER_KEY_FILE", "PUBLIC_RPC_URL", "CONFIRMATIONS"}
OURS |= {"DEMO_TOKEN_ADDRESS", "DJANGO_SETTINGS_MODULE", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"}
OURS |= {"TURN_URLS", "TURN_SECRET", "MAX_OPEN_TAKES", "RPC_PORT"}


class Running:
    """One `manage.py up`: started, watched, stopped by its own pid; if `migrated`, it finds its tables made."""

    def __init__(self, home: Path, *, migrated: bool = False, **settings: str) -> None:
        self.home = home
        self.port = choose_port()
        self.url = f"http://localhost:{self.port}"
        # Two that start at once would both find the usual port of the chain free.
        self.settings = {"RPC_PORT": str(choose_port()), **settings}
        if migrated:
            home.mkdir(exist_ok=True)
            put_migrated(Postgres(folder=home / "postgres", log=home / "migrating.log"), environment={})
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, within: int = 120) -> None:
        """Start and wait until a page answers. Fails with what it printed."""
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment |= {"PARLEY_HOME": str(self.home), "PORT": str(self.port), **self.settings}
        process = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "manage.py"), "up"],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._process = process
        self.lines.clear()
        threading.Thread(target=self._listen, args=[process], daemon=True).start()
        end = time.monotonic() + within
        while time.monotonic() < end:
            assert process.poll() is None, f"up ended with {process.returncode}:\n{self.tail()}"
            if self.said("Parley is ready"):
                assert httpx.get(self.url, timeout=10).status_code == 200
                return
            time.sleep(0.1)
        self.stop()
        raise AssertionError(f"up did not become ready within {within} s:\n{self.tail()}")

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        try:
            code = self._process.wait(45)
        finally:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None
        return code

    def kill(self, name: str, *, within: int = 60) -> None:
        """Send SIGKILL to one child and everything it started; one that is down already is waited for first."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            # Between its death and its next start a child has no note, or one of a process that is gone.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, json.JSONDecodeError):
                note = json.loads((self.home / "pids" / f"{name}.json").read_text(encoding="utf-8"))
                os.killpg(int(note["pid"]), signal.SIGKILL)
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} was not started again within {within} s:\n{self.tail()}")

    def said(self, words: str) -> bool:
        """Return whether a line with `words` was printed."""
        return any(words in line for line in self.lines)

    def tail(self) -> str:
        """Return the last lines it printed."""
        return "\n".join(self.lines[-40:])

    def runtime(self) -> dict[str, str]:
        """Return what the running stack tells other commands."""
        lines = (self.home / "runtime.env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def manage(self, *words: str, fails: bool = False) -> str:
        """Run a management command beside the running stack and return what it printed; `fails`: it must refuse."""
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment |= {"PARLEY_HOME": str(self.home), "PORT": str(self.port), **self.settings}
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + (done.stderr if fails else "")

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError):  # closed by `stop`
            for line in process.stdout:
                self.lines.append(line.rstrip())
