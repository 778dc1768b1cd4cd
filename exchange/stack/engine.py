"""What PostgreSQL, Redis and Anvil have in common, and one of them running without an event loop (for tests)."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Protocol

from exchange.stack.command import Command, signal_group, spawn
from exchange.stack.errors import StackError


class Engine(Protocol):
    """A server Parley stands on. Order: `prepare`, start `command`, wait for `is_ready`, `settle`."""

    @property
    def log(self) -> Path:
        """The file that holds what it prints."""

    @property
    def url(self) -> str:
        """How the processes of Parley reach it."""

    def prepare(self) -> None:
        """Make its folder and files, before every start."""

    def command(self) -> Command:
        """Return how it is started."""

    def is_ready(self) -> bool:
        """Return whether it answers."""

    def settle(self) -> None:
        """Do what must be done once it answers, after every start."""


def last_words(log: Path, *, lines: int = 8) -> str:
    """Return the end of a log for an error message."""
    if not log.exists():
        return "(it printed nothing)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) or "(it printed nothing)"


class RunningEngine:
    """One engine as a child of this process; crash tests kill it and start it again on the same data and port."""

    def __init__(self, engine: Engine, *, within: int = 30) -> None:
        """Prepare and start `engine`; return once it is ready. Raises `StackError` with its last words."""
        self.engine = engine
        self._process: subprocess.Popen[bytes] | None = None
        self._was_up = False
        self.start(within=within)

    @property
    def pid(self) -> int | None:
        """Process id, None while it is down, for whatever reason."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def start(self, *, within: int = 30) -> None:
        """Start it and wait until it answers, `within` seconds at most.

        One that was killed before is tried again while it leaves at once: a killed PostgreSQL's sessions hold its
        memory until each has noticed.
        """
        deadline = time.monotonic() + within
        while not self._come_up(deadline=deadline):
            if not self._was_up or time.monotonic() > deadline:
                raise StackError(f"{self.engine.command().name} did not start: {last_words(self.engine.log)}")
            time.sleep(0.2)
        self._was_up = True
        self.engine.settle()

    def _come_up(self, *, deadline: float) -> bool:
        """Start the process and return whether it answers; if not, it is gone again."""
        self.engine.prepare()
        self._process = spawn(self.engine.command())
        while not self.engine.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                return False
            time.sleep(0.02)
        return True

    def kill(self) -> None:
        """End it the hard way, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self, *, within: int = 10) -> None:
        """Ask it to leave; insist after `within` seconds."""
        self._end(self.engine.command().stop, within=within)

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def _end(self, number: int, *, within: int = 10) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        signal_group(self._process.pid, signal.SIGKILL)
        self._process = None
