"""Database work of the socket process: a few threads of its own, so that one slow query does not queue all others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="socket-db")


async def in_thread(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `act` in a thread and return what it returns; its database connection goes back to the pool."""
    done: T = await database_sync_to_async(act, thread_sensitive=False, executor=_pool)(*args, **kwargs)
    return done
