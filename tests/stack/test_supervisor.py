import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.stack.command import Command, stop_leftovers
from exchange.stack.errors import StackError
from exchange.stack.supervisor import Service, Supervisor, Tier

FOREVER = "import time; print('working', flush=True); time.sleep(600)"


def _command(code: str, *, name: str = "clerk", folder: Path, log: Path | None = None) -> Command:
    return Command(name=name, argv=(sys.executable, "-c", code), environment=dict(os.environ), folder=folder, log=log)


class Crew:
    """A supervisor with everything it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.supervisor = Supervisor(pids=folder, say=self.lines.append, first_delay=0.05)

    async def start(self, code: str, *, name: str = "clerk", tier: Tier = Tier.PROCESS, **more: object) -> None:
        command = _command(code, name=name, folder=self.folder, log=more.pop("log", None))  # type: ignore[arg-type]
        await self.supervisor.start(Service(name=name, tier=tier, command=lambda: command, **more))  # type: ignore[arg-type]

    async def hear(self, words: str) -> str:
        """Return the first line that contains `words`."""
        for _ in range(200):
            for line in self.lines:
                if words in line:
                    return line
            await asyncio.sleep(0.05)
        raise AssertionError(f"nobody said {words!r}: {self.lines}")


@pytest.fixture
async def crew(tmp_path: Path) -> AsyncIterator[Crew]:
    crew = Crew(tmp_path)
    yield crew
    await crew.supervisor.stop()


def _is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def test_a_killed_child_is_started_again_and_reported_in_one_line(crew: Crew) -> None:
    await crew.start(FOREVER)
    first = crew.supervisor.pid_of("clerk")
    os.kill(first, signal.SIGKILL)
    line = await crew.hear("died")
    assert line == "clerk    | died (signal SIGKILL); starting it again in 0.05 s"
    await crew.hear("up again")
    assert crew.supervisor.pid_of("clerk") != first
    assert not _is_running(first)


async def test_a_child_that_keeps_dying_is_started_again_ever_more_slowly(crew: Crew) -> None:
    await crew.start("import time; time.sleep(0.02); raise SystemExit(3)")
    for delay in ("0.05 s", "0.1 s", "0.2 s"):
        assert "exit code 3" in await crew.hear(f"again in {delay}")


async def test_what_a_child_prints_carries_its_name(crew: Crew) -> None:
    await crew.start("import time; print('x' * 20_000 + 'end'); print('hello', flush=True); time.sleep(600)")
    assert await crew.hear("hello") == "clerk    | hello"


async def test_an_engine_that_does_not_start_is_named_with_its_last_words(crew: Crew, tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"engine did not start \(exit code 1\)(.|\n)*disk is full"):
        await crew.start(
            "raise SystemExit('disk is full')", name="engine", log=tmp_path / "log", is_ready=lambda: False
        )


async def test_a_child_that_never_answers_is_given_up(crew: Crew) -> None:
    with pytest.raises(StackError, match="clerk did not answer within 0 s"):
        await crew.start(FOREVER, is_ready=lambda: False, patience=0)


async def test_a_single_job_that_fails_is_an_error(crew: Crew, tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"`prepare` failed \(exit code 4\)"):
        await crew.supervisor.run(_command("raise SystemExit(4)", name="prepare", folder=tmp_path))


async def test_processes_stop_before_the_engines_they_stand_on(crew: Crew, tmp_path: Path) -> None:
    goodbye = (
        "import signal, sys, time\n"
        "def leave(*_):\n    print('bye', flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave); print('ready', flush=True); time.sleep(600)"
    )
    await crew.start(goodbye, name="engine", tier=Tier.ENGINE)
    await crew.start(goodbye, name="web")
    await crew.hear("engine   | ready")
    await crew.hear("web      | ready")
    await crew.supervisor.stop()
    assert [line for line in crew.lines if "bye" in line] == ["web      | bye", "engine   | bye"]
    assert not any("died" in line for line in crew.lines)
    assert list(tmp_path.glob("*.json")) == []


async def test_stopping_also_ends_what_a_child_has_started(crew: Crew) -> None:
    await crew.start(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('grandchild', child.pid, flush=True); time.sleep(600)"
    )
    grandchild = int((await crew.hear("grandchild")).split()[-1])
    await crew.supervisor.stop()
    for _ in range(40):
        if not _is_running(grandchild):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the grandchild is still running")


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, sys\nfrom pathlib import Path\nfrom exchange.stack.child import start_child\n"
        "from exchange.stack.command import Command\n"
        "async def main():\n"
        f"    argv = (sys.executable, '-c', {FOREVER!r})\n"
        "    command = Command(name='clerk', argv=argv, environment={}, folder=Path('/'))\n"
        f"    child = await start_child(command, pids=Path({str(tmp_path)!r}), say=print)\n"
        "    print(child.process.pid, flush=True)\n    await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    if sys.platform != "linux":  # elsewhere nobody tells the child; the next start ends it
        stop_leftovers(tmp_path)
    deadline = time.monotonic() + 5
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def test_leftovers_of_a_killed_run_are_ended_and_strangers_are_left_alone(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]
    with subprocess.Popen(argv, start_new_session=True, stdout=subprocess.PIPE) as ours:
        assert ours.stdout is not None
        ours.stdout.readline()
        (tmp_path / "keeper.json").write_text(json.dumps({"pid": ours.pid, "line": " ".join(argv), "stop": 9}))
        (tmp_path / "web.json").write_text(json.dumps({"pid": os.getpid(), "line": "gunicorn", "stop": 9}))
        try:
            assert stop_leftovers(tmp_path) == ["keeper"]
            assert ours.wait(5) == -signal.SIGKILL
        finally:
            ours.kill()
    assert list(tmp_path.glob("*.json")) == []
