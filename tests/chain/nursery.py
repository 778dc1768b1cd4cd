"""Keepers as real processes, started in milliseconds: `fork_keepers.py` has everything imported and forks each."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from tests.chain.processes import ROOT, environment
from tests.chain.world import ADDRESS, World


@dataclass
class Keeping:
    """One keeper at work; it is killed when the block ends, whatever happened."""

    pid: int

    def kill(self) -> None:
        """End it as a crash would; safe to call twice, also from another thread."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    @property
    def is_running(self) -> bool:
        """Whether it still lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def __enter__(self) -> "Keeping":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()


@dataclass
class Nursery:
    """The process that forks."""

    talk: IO[str]
    hear: IO[str]

    def keeper(self, *, rpc: str, signer: str) -> Keeping:
        """Start a keeper that reads the chain at `rpc` and has its transactions signed at `signer`."""
        self.talk.write(json.dumps({"rpc": rpc, "signer": signer, "address": ADDRESS["kim"]}) + "\n")
        self.talk.flush()
        return Keeping(pid=int(self.hear.readline()))


@contextmanager
def open_nursery(world: World, *, log: Path) -> Generator[Nursery]:
    """Start the process that forks; it ends with the block, and every keeper before it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chain.fork_keepers"],
            env=environment(world) | {"DJANGO_SETTINGS_MODULE": "exchange.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=ROOT,
            text=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n", log.read_text(encoding="utf-8")[-2000:]
        yield Nursery(talk=process.stdin, hear=process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
