"""Keeps processes running: starts them, starts them again when they die, stops them in order.

1. A service starts once it is prepared; it counts as up when it is ready and settled.
2. A service that dies is reported in one line and started again after 0.5, 1, 2 ... 30 s; a minute up resets the delay.
3. Stopping goes from the last tier to the first, so that the engines outlive those that stand on them.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from exchange.stack.child import Child, explain_exit, start_child
from exchange.stack.command import Command
from exchange.stack.engine import Engine, last_words
from exchange.stack.errors import StackError


class Tier(IntEnum):
    """What stands on what; the highest is stopped first."""

    ENGINE = 0
    PROCESS = 1


def _nothing() -> None:
    """Neither preparation nor settling is needed."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """Something to keep running. The callables run in a thread, at every start."""

    name: str
    tier: Tier
    command: Callable[[], Command]
    prepare: Callable[[], None] = _nothing
    is_ready: Callable[[], bool] = lambda: True
    settle: Callable[[], None] = _nothing
    patience: int = 60
    """Seconds it may take to become ready."""


def keep(engine: Engine, *, name: str) -> Service:
    """Return the service that keeps `engine` running."""
    return Service(
        name=name,
        tier=Tier.ENGINE,
        command=engine.command,
        prepare=engine.prepare,
        is_ready=engine.is_ready,
        settle=engine.settle,
    )


class Supervisor:
    """Owns all children of one stack."""

    def __init__(self, *, pids: Path, say: Callable[[str], None], first_delay: float = 0.5) -> None:
        """`pids` is where running children are noted, `say` prints one line."""
        self._pids = pids
        self._say = say
        self._first_delay = first_delay
        self._children: dict[str, Child] = {}
        self._services: dict[str, Service] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    async def start(self, service: Service) -> None:
        """Start `service` and keep it running. Raises `StackError` if it does not come up the first time."""
        self._services[service.name] = service
        began = time.monotonic()
        await self._bring_up(service)
        self._watchers[service.name] = asyncio.create_task(self._watch(service))
        self._say(f"{service.name:<9}| up in {time.monotonic() - began:.1f} s")

    async def run(self, command: Command) -> None:
        """Run a child that does one job and ends. Raises `StackError` unless it ends well."""
        child = await self._spawn(command, name=command.name)
        code = await child.wait()
        self._children.pop(command.name, None)
        if code != 0 and not self._stopping:
            raise StackError(f"`{command.name}` failed ({explain_exit(code)}); the lines above say why.")

    async def stop(self) -> None:
        """Stop every child, tier by tier, engines last."""
        self._stopping = True
        for watcher in self._watchers.values():
            watcher.cancel()
        await asyncio.gather(*self._watchers.values(), return_exceptions=True)
        for tier in sorted(Tier, reverse=True):
            await asyncio.gather(*(child.stop() for name, child in self._children.items() if self._tier(name) == tier))

    def kill(self) -> None:
        """End every child now: the second Ctrl-C."""
        for child in self._children.values():
            child.kill()

    def pid_of(self, name: str) -> int:
        """Return the process id of a running child."""
        return self._children[name].process.pid

    def _tier(self, name: str) -> Tier:
        return self._services[name].tier if name in self._services else Tier.PROCESS

    async def _spawn(self, command: Command, *, name: str) -> Child:
        """Start a child and own it, even when this start is cancelled halfway."""
        starting = asyncio.create_task(start_child(command, pids=self._pids, say=self._say))
        try:
            child = await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._children[name] = await starting
            raise
        self._children[name] = child
        return child

    async def _bring_up(self, service: Service) -> None:
        """Start it and wait until it is ready. Raises `StackError`; then nothing of it is left running."""
        await asyncio.to_thread(service.prepare)
        command = service.command()
        child = await self._spawn(command, name=service.name)
        deadline = time.monotonic() + service.patience
        while not await asyncio.to_thread(service.is_ready):
            if child.process.returncode is not None:
                code = await child.wait()
                raise StackError(f"{service.name} did not start ({explain_exit(code)}){_why(command)}")
            if time.monotonic() > deadline:
                child.kill()
                await child.wait()
                raise StackError(f"{service.name} did not answer within {service.patience} s{_why(command)}")
            await asyncio.sleep(0.05)
        await asyncio.to_thread(service.settle)

    async def _watch(self, service: Service) -> None:
        """Start it again whenever it dies, until the stack stops."""
        delay = self._first_delay
        while True:
            began = time.monotonic()
            code = await self._children[service.name].wait()
            if time.monotonic() - began > 60:
                delay = self._first_delay
            reason = explain_exit(code)
            while True:
                self._say(f"{service.name:<9}| died ({reason}); starting it again in {delay:g} s")
                await asyncio.sleep(delay)
                delay = min(delay * 2, 30)
                try:
                    await self._bring_up(service)
                except StackError as error:
                    reason = str(error)
                    continue
                self._say(f"{service.name:<9}| up again")
                break


def _why(command: Command) -> str:
    """Return where to look: the end of the log, or the lines that were just printed."""
    return f":\n{last_words(command.log)}" if command.log is not None else "; the lines above say why."
