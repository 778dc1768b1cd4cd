"""Group commit: chat messages that arrive while a commit is on its way are stored together by the next one.

A thread with one kept database connection does nothing else. A message is acknowledged only after its commit; a
connection that breaks in the middle is replaced and the batch sent again, which changes nothing that was stored.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from exchange.chat.append import Draft, Stored, append
from exchange.core import clock
from exchange.core.errors import Conflict

log = logging.getLogger(__name__)
# A batch that takes longer to store than to wait for gains nothing more.
MOST_AT_ONCE = 256
# While one batch waits for the disk another is worked on. A room always takes the same lane, which keeps its order.
LANES = 2


class Writer:
    """The queues of one event loop."""

    def __init__(self) -> None:
        self._lanes = [_Lane(number) for number in range(LANES)]

    async def store(self, one: Draft) -> Stored:
        """Return the message's place once it is durable. Raises `Conflict`, or the database's error."""
        return await self._lanes[one.seat.trade % LANES].store(one)


class _Lane:
    def __init__(self, number: int) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"chat-writer-{number}")
        self._waiting: list[tuple[Draft, asyncio.Future[Stored]]] = []
        self._task: asyncio.Task[None] | None = None

    async def store(self, one: Draft) -> Stored:
        placed: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, placed))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._store_waiting())
        return await placed

    async def _store_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            drafts = [one for one, _ in batch]
            try:
                answers: Sequence[Stored | Exception] = await loop.run_in_executor(self._thread, _store, drafts)
            except Exception as error:  # the database is away: each sender is told and tries again
                log.warning("%d messages were not stored", len(batch), exc_info=True)
                answers = [error] * len(batch)
            for (_, placed), answer in zip(batch, answers, strict=True):
                if placed.done():
                    continue
                if isinstance(answer, Stored):
                    placed.set_result(answer)
                else:
                    placed.set_exception(answer)


def _store(drafts: list[Draft]) -> list[Stored | Conflict | DatabaseError]:
    try:
        return [*_append(drafts)]
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        # One message that the database will not have must not take the others down with it.
        return [_store_alone(one) for one in drafts]


def _store_alone(one: Draft) -> Stored | Conflict | DatabaseError:
    try:
        return _append([one])[0]
    except DatabaseError as error:
        return error


def _append(drafts: list[Draft]) -> list[Stored | Conflict]:
    try:
        return append(drafts, now=clock.now())
    except (OperationalError, InterfaceError):
        connection.close()
        return append(drafts, now=clock.now())
