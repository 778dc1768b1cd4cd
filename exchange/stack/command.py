"""One process to start: what to run, as whom, and how it is asked to stop."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command line with its whole environment."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    user: str | None = None
    """System user to run as; only root may set it."""
    stop: signal.Signals = signal.SIGTERM
    """The signal that means "finish what you do and leave"."""
    log: Path | None = None
    """Output goes to this file; to the parent's pipe if None."""

    def options(self) -> dict[str, Any]:
        """Return keyword arguments for `subprocess.Popen` and `asyncio.create_subprocess_exec` alike.

        The child leads a session of its own: Ctrl-C reaches the supervisor only, which then stops children in order.
        """
        options: dict[str, Any] = {
            "env": dict(self.environment),
            "cwd": self.folder,
            "start_new_session": True,
            "stdin": subprocess.DEVNULL,
            "preexec_fn": _die_with_parent(self.stop),
        }
        if self.user is not None:
            options |= {"user": self.user, "group": self.user, "extra_groups": []}
        return options


def _die_with_parent(stop: signal.Signals) -> Callable[[], None] | None:
    """Return what the child runs before exec, so that no orphan outlives a killed supervisor (Linux only).

    The kernel takes the thread that forks for the parent: a child of any but the main thread would be told to leave
    when that thread ends, long before its process does.
    """
    if _prctl is None or threading.current_thread() is not threading.main_thread():
        return None

    def ask_for_signal() -> None:
        _prctl(_PR_SET_PDEATHSIG, int(stop))

    return ask_for_signal


def spawn(command: Command) -> "subprocess.Popen[bytes]":
    """Start `command` without an event loop; output goes to its log, or nowhere."""
    if command.log is None:
        return subprocess.Popen(command.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **command.options())
    with command.log.open("ab") as log:
        return subprocess.Popen(command.argv, stdout=log, stderr=log, **command.options())


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the process group that `pid` leads; gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def record_pid(command: Command, *, pid: int, folder: Path) -> None:
    """Note a running child in `folder`, for `stop_leftovers` after a crash of the supervisor."""
    note = {"pid": pid, "line": " ".join(command.argv), "stop": int(command.stop)}
    (folder / f"{command.name}.json").write_text(json.dumps(note), encoding="utf-8")


def forget_pid(name: str, *, folder: Path) -> None:
    """Remove the note of a child that ended."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def stop_leftovers(folder: Path) -> list[str]:
    """Stop children that a killed supervisor left behind; return their names.

    A process counts as ours only if its command line is the one we noted: process ids are used again.
    """
    found: list[str] = []
    for note in sorted(folder.glob("*.json")):
        told: dict[str, Any] = json.loads(note.read_text(encoding="utf-8") or "{}")
        if told and _line_of(int(told["pid"])) == told["line"]:
            found.append(note.stem)
            _end(int(told["pid"]), line=told["line"], stop=int(told["stop"]))
        note.unlink(missing_ok=True)
    return found


def _line_of(pid: int) -> str:
    """Return the command line of `pid`, empty if it is gone (zombies included)."""
    if Path("/proc/self").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()


def _end(pid: int, *, line: str, stop: int) -> None:
    """Ask, wait ten seconds, insist. The process is not our child, so it cannot be waited for."""
    signal_group(pid, stop)
    for _ in range(100):
        if _line_of(pid) != line:
            break
        time.sleep(0.1)
    signal_group(pid, signal.SIGKILL)
