"""One child process under an event loop: started, listened to line by line, and ended."""

import asyncio
import contextlib
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path

from exchange.stack.command import Command, forget_pid, record_pid, signal_group

_GRACE = 10
_LONGEST_LINE = 8_000


class Child:
    """A running process. `say` is called with every line it prints, its name in front."""

    def __init__(self, command: Command, *, process: asyncio.subprocess.Process, pids: Path) -> None:
        """Wrap a process that `start_child` started."""
        self.command = command
        self.process = process
        self.tail: deque[str] = deque(maxlen=8)
        self._pids = pids
        self._listening: asyncio.Task[None] | None = None
        self._buried = False

    async def wait(self) -> int:
        """Return the exit code once it has left and all it printed was passed on."""
        code = await self._exit()
        if not self._buried:
            # What it started ends with it. Once only: the process id may soon be somebody else's.
            self._buried = True
            signal_group(self.process.pid, signal.SIGKILL)
            forget_pid(self.command.name, folder=self._pids)
        if self._listening is not None:
            await asyncio.wait({self._listening}, timeout=1)
            self._listening.cancel()
        return code

    async def stop(self) -> None:
        """Ask it to leave, insist after ten seconds."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.command.stop)
            try:
                await asyncio.wait_for(self._exit(), _GRACE)
            except TimeoutError:
                self.kill()
        await self.wait()

    async def _exit(self) -> int:
        """Return the exit code once the process itself is gone.

        `Process.wait` also waits, in some Python versions, for every grandchild that holds the pipe.
        """
        while self.process.returncode is None:
            await asyncio.sleep(0.05)
        return self.process.returncode

    def kill(self) -> None:
        """End it and everything it started, now."""
        signal_group(self.process.pid, signal.SIGKILL)

    def listen(self, say: Callable[[str], None]) -> None:
        """Pass on what it prints."""
        if self.process.stdout is not None:
            self._listening = asyncio.create_task(self._pass_on(self.process.stdout, say))

    async def _pass_on(self, stream: asyncio.StreamReader, say: Callable[[str], None]) -> None:
        rest = b""
        while chunk := await stream.read(65_536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._pass_line(line, say)
            if len(rest) > _LONGEST_LINE:
                self._pass_line(rest, say)
                rest = b""
        if rest:
            self._pass_line(rest, say)

    def _pass_line(self, line: bytes, say: Callable[[str], None]) -> None:
        text = line[:_LONGEST_LINE].decode(errors="replace").rstrip()
        self.tail.append(text)
        say(f"{self.command.name:<9}| {text}")


async def start_child(command: Command, *, pids: Path, say: Callable[[str], None]) -> Child:
    """Start `command` and note its process id in `pids`."""
    if command.log is not None:
        with command.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(*command.argv, stdout=log, stderr=log, **command.options())
    else:
        process = await asyncio.create_subprocess_exec(
            *command.argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, **command.options()
        )
    record_pid(command, pid=process.pid, folder=pids)
    child = Child(command, process=process, pids=pids)
    child.listen(say)
    return child


def explain_exit(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
