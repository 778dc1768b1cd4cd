"""What is read of the book, kept for a moment in each process: strangers ask the same few questions very often.

1. Only what is the same for every stranger is kept; who is signed in has a page of their own read afresh.
2. It is given again for `BOOK_KEPT_MS` after the moment its reading began, and while one thread reads it anew for
   nearly as long again, but never for a second: a taken offer is gone from every page within that.
3. Few things are kept; the oldest go first. Nothing is kept where `BOOK_KEPT_MS` is 0.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings

T = TypeVar("T")
MOST_KEPT = 2000
# Older than this is never given, whoever is reading it anew.
OLDEST_NS = 900 * 10**6


@dataclass(slots=True)
class _Kept:
    value: Any
    at: int
    busy: threading.Lock = field(default_factory=threading.Lock)


_kept: OrderedDict[Hashable, _Kept] = OrderedDict()
_lock = threading.Lock()


def kept_or_read(key: Hashable, read: Callable[[], T]) -> T:
    """Return what is kept under `key` if it is young enough, else what `read` gives."""
    fresh_ns = settings.BOOK_KEPT_MS * 10**6
    if not fresh_ns:
        return read()
    kept = _kept.get(key)
    now = time.monotonic_ns()
    if kept is not None and now - kept.at < min(fresh_ns, OLDEST_NS):
        return kept.value  # type: ignore[no-any-return]
    if kept is None:
        return _keep(key, read(), at=now)
    if not kept.busy.acquire(blocking=False):
        # Somebody is at it: the old one will do for a moment, then one more thread reads.
        return kept.value if now - kept.at < OLDEST_NS else _keep(key, read(), at=now)
    try:
        return _keep(key, read(), at=now)
    finally:
        kept.busy.release()


def _keep(key: Hashable, value: T, *, at: int) -> T:
    with _lock:
        _kept[key] = _Kept(value=value, at=at)
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return value
