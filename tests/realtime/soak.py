"""The long run: many people write while processes and lines are killed at random; then everything is counted.

`make soak-chat` runs it in full: 100,000 messages over 200 sockets, 50 kills. `test_soak.py` is its short version.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from exchange.chat.client.conversation import Reading
from exchange.chat.client.line import Line
from exchange.chat.models import Message
from exchange.stack import roles
from exchange.stack.command import Command
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import LOOPBACK, choose_port
from tests.realtime.rooms import Person, make_rooms

T = TypeVar("T")
CHECKOUT = Path(__file__).resolve().parents[2]
# How many messages a person lets go unanswered before writing the next.
AHEAD = 8


class Process:
    """One of Parley's processes, killed and started again on the same port."""

    def __init__(self, command: Command, environment: Mapping[str, str]) -> None:
        self.command, self.environment = command, environment
        self.start()

    def start(self) -> None:
        """Start it."""
        argv = [sys.executable, *self.command.argv[1:]]
        log = subprocess.DEVNULL
        self.process = subprocess.Popen(
            argv, env=dict(self.environment), cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self) -> None:
        """End it and its children the hard way."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()


@dataclass(kw_only=True)
class Tally:
    """What one run saw."""

    messages: int
    sockets: int
    kills: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    complaints: list[str] = field(default_factory=list)


class Writer:
    """One person of the run: says their share, and remembers all that was heard."""

    def __init__(self, person: Person, *, socket_url: str, api_url: str, share: int) -> None:
        self.person, self.share, self.said = person, share, 0
        self.heard: list[tuple[int, str, int, str]] = []
        self.line = Line(
            socket_url=socket_url,
            api_url=api_url,
            token=person.token,
            code=person.code,
            conversation=person.conversation,
            heard=self._hear,
        )

    async def write(self) -> None:
        """Say everything, a few messages ahead of the log."""
        while self.said < self.share:
            while len(self.line.conversation.waiting) >= AHEAD:
                await asyncio.sleep(0.01)
            self.said += 1
            await self.line.say({"type": "text", "text": str(self.said)})
            await asyncio.sleep(0)

    def _hear(self, seq: int, reading: Reading) -> None:
        number = int(reading.content["text"]) if reading.content else 0
        self.heard.append((seq, reading.sender, number, reading.problem))


class Soak:
    """A run on engines that are already there, with the test database or the bench's."""

    def __init__(
        self, *, postgres: RunningEngine, redis: RunningEngine, environment: Mapping[str, str], seed: int = 1
    ) -> None:
        self.random = random.Random(seed)
        ports = [choose_port() for _ in range(3)]
        self.sockets = [Process(roles.ws(environment, port=port), environment) for port in ports[:2]]
        self.web = Process(roles.web(environment, port=ports[2], workers=1, threads=8), environment)
        self.socket_urls = [f"ws://{LOOPBACK}:{port}/ws/" for port in ports[:2]]
        self.api_url = f"http://{LOOPBACK}:{ports[2]}/api/v1"
        self.writers: list[Writer] = []
        self.victims: dict[str, Callable[[], None]] = {
            "web": lambda: _restart(self.web),
            "socket process": lambda: _restart(self.random.choice(self.sockets)),
            "redis": redis.restart,
            "postgres": postgres.restart,
        }

    def close(self) -> None:
        """End what this run started."""
        for process in (*self.sockets, self.web):
            process.kill()

    async def run(self, *, messages: int, sockets: int, kills: int, within: float) -> Tally:
        """Write, kill, wait until everybody has everything, and count. Raises `TimeoutError` if they never have."""
        share = messages // sockets
        rooms = await asyncio.to_thread(_with_connection, lambda: make_rooms(sockets // 2))
        for room in rooms:
            for person, url in zip(room, self.socket_urls, strict=True):
                self.writers.append(Writer(person, socket_url=url, api_url=self.api_url, share=share))
        tally = Tally(messages=share * sockets, sockets=sockets)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(32))
        lines = [asyncio.create_task(writer.line.run()) for writer in self.writers]
        try:
            async with asyncio.timeout(within), asyncio.TaskGroup() as group:
                for writer in self.writers:
                    group.create_task(writer.write())
                group.create_task(self._kill(kills, tally))
            async with asyncio.timeout(within):
                while any(len(writer.heard) < 2 * share for writer in self.writers):
                    await asyncio.sleep(0.1)
        finally:
            for line in lines:
                line.cancel()
            await asyncio.gather(*lines, return_exceptions=True)
        await asyncio.to_thread(_with_connection, lambda: self._count(tally, share))
        return tally

    async def _kill(self, kills: int, tally: Tally) -> None:
        for number in range(kills):
            while self._progress() < (number + self.random.random()) / (kills + 1):
                await asyncio.sleep(0.02)
            name = self.random.choice([*self.victims, "client lines"])
            tally.kills[name] += 1
            if name == "client lines":
                for writer in self.random.sample(self.writers, max(1, len(self.writers) // 10)):
                    writer.line.drop()
            else:
                await asyncio.to_thread(self.victims[name])

    def _progress(self) -> float:
        return sum(len(one.heard) for one in self.writers) / sum(2 * one.share for one in self.writers)

    def _count(self, tally: Tally, share: int) -> None:
        for writer in self.writers:
            stored = list(
                Message.objects.filter(trade__code=writer.person.code)
                .order_by("seq")
                .values_list("seq", "sender__address", "n")
            )
            tally.lost += max(0, 2 * share - len(stored)) + max(0, 2 * share - len({one[:3] for one in writer.heard}))
            tally.duplicated += len(writer.heard) - len({one[0] for one in writer.heard})
            # What was heard is what is stored, in its order, and each sender's own count runs without a break.
            tally.out_of_order += sum(
                1 for heard, kept in zip(writer.heard, stored, strict=False) if heard[:3] != kept
            ) + sum(1 for place, (seq, _, _) in enumerate(stored, start=1) if seq != place)
            tally.complaints += [one[3] for one in writer.heard if one[3]] + writer.line.lies


def _restart(process: Process) -> None:
    process.kill()
    process.start()


def _with_connection(act: Callable[[], T], *, within: float = 120) -> T:
    """Return what `act` finds in the database, which may have been killed a moment ago and be on its way up."""
    from django.db import OperationalError, close_old_connections, connection, connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    close_old_connections()
    end = time.monotonic() + within
    while True:
        try:
            connection.ensure_connection()
            break
        except OperationalError:
            if time.monotonic() > end:
                raise
            made = connections["default"]
            assert isinstance(made, DatabaseWrapper)
            made.close_pool()
    try:
        return act()
    finally:
        connection.close()
