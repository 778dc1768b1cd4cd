"""Runs one act many times at once, each in a thread with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T], *, threads: int = 10) -> list[T | Exception]:
    """Return what `act(0)` … `act(count - 1)` returned or raised; the first `threads` of them start together."""
    start = Barrier(min(threads, count))

    def run(number: int) -> Any:
        if number < start.parties:
            start.wait(30)
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 - the test judges it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(count)))
