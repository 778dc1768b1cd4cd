"""What is read of the book, kept for a moment in each process: strangers ask the same few questions very often.

1. Only what is the same for every stranger is kept; who is signed in has a page of their own read afresh.
2. A thing is given again while it is young, and while one thread reads it anew until it is old. Both are counted from
   the moment its reading began. Never longer: a page that is `PAGE_MS` old, made of a market that was `MARKET_MS` old,
   is younger than a second, so that a taken offer and a moved price are seen within that.
3. What is no longer young is given on, for `HELD_MS`, as long as it is known to be still the same (`book_watch.py`).
4. Few things are kept; the oldest go first. Nothing is kept where `BOOK_KEPT_MS` is 0.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.conf import settings

T = TypeVar("T")
# A page of the book is up to 50 kB, kept twice while its prices float.
MOST_KEPT = 1000
# The greatest ages at which anything is given, whoever is reading it anew; page and market together less than a second.
PAGE_MS, MARKET_MS = 800, 150
# How long a page is given on while nothing changes: prices are read about as often.
HELD_MS = 5000
# The catalogue hardly ever changes, and no price, amount or offer comes from it.
CATALOG_MS = 5000
# Who took something over from another process lets that one read it anew first.
_POLITE_NS = 50 * 10**6


@dataclass(slots=True)
class Kept(Generic[T]):
    """A value with the moment its reading began (`time.monotonic_ns`), and whether this process read it."""

    value: T
    at: int
    is_ours: bool = True
    busy: threading.Lock = field(default_factory=threading.Lock)


class Shelf(Generic[T]):
    """Things of one kind, none of them given when `oldest_ms` old, and young for `young_ms` (`BOOK_KEPT_MS`).

    `holds` tells of a value and the moment its reading began whether reading it anew would give the same.
    """

    def __init__(
        self, *, oldest_ms: int, young_ms: int | None = None, holds: Callable[[T, int], bool] | None = None
    ) -> None:
        self.oldest_ns = oldest_ms * 10**6
        self._young_ms = young_ms
        self._holds = holds
        self._kept: OrderedDict[Hashable, Kept[T]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def young(self, key: Hashable) -> T | None:
        """Return what is kept under `key` if nobody needs to read it anew yet."""
        kept = self._kept.get(key)
        return kept.value if kept is not None and self._is_good(kept, now=time.monotonic_ns()) else None

    def read(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what is kept under `key` if it is young enough, else what `read` gives."""
        began = time.monotonic_ns()
        return self.get(key, lambda: Kept(value=read(), at=began))

    def get(self, key: Hashable, read: Callable[[], Kept[T]]) -> T:
        """Return the same for a `read` that knows how old what it gives is."""
        if not settings.BOOK_KEPT_MS:
            return read().value
        kept, now = self._kept.get(key), time.monotonic_ns()
        if kept is None:
            return self._keep(key, read())
        if self._is_good(kept, now=now):
            return kept.value
        if not kept.busy.acquire(blocking=False):
            # Somebody is at it: the old one will do for a moment, then one more thread reads.
            return kept.value if now - kept.at < self.oldest_ns else self._keep(key, read())
        try:
            return self._keep(key, read())
        finally:
            kept.busy.release()

    def _is_good(self, kept: Kept[T], *, now: int) -> bool:
        age = now - kept.at
        if age < self._young_ns(kept):
            return True
        return self._holds is not None and age < HELD_MS * 10**6 and self._holds(kept.value, kept.at)

    def _young_ns(self, kept: Kept[T]) -> int:
        young_ms = self._young_ms or settings.BOOK_KEPT_MS
        return min(young_ms * 10**6 + (0 if kept.is_ours else _POLITE_NS), self.oldest_ns)

    def _keep(self, key: Hashable, kept: Kept[T]) -> T:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept.value
