"""Payment methods of rows of the book, by the keys that stand in the row.

The catalogue is small and hardly changes, so each process keeps names for a few seconds instead of joining them to
every page; a key that is not known yet is looked up at once.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from exchange.catalog.models import PaymentMethod

_KEPT_NANOSECONDS = 5 * 10**9


class Method(NamedTuple):
    """A payment method of an offer."""

    slug: str
    name: str


@dataclass(slots=True)
class _Kept:
    at: int
    methods: dict[int, Method | None]


_lock = threading.Lock()
_kept = _Kept(at=-_KEPT_NANOSECONDS, methods={})


def methods_of(keys: Iterable[int]) -> tuple[Method, ...]:
    """Return the active methods with these keys, by name."""
    global _kept
    wanted = list(keys)
    kept = _kept
    if time.monotonic_ns() - kept.at > _KEPT_NANOSECONDS or any(key not in kept.methods for key in wanted):
        with _lock:
            kept = _kept = _read(wanted)
    found = [method for key in wanted if (method := kept.methods[key]) is not None]
    return tuple(sorted(found, key=lambda method: method.name))


def _read(wanted: Iterable[int]) -> _Kept:
    # A key of a method that is gone is kept as such, so that it is not looked up at every page.
    methods: dict[int, Method | None] = dict.fromkeys(wanted)
    rows = PaymentMethod.objects.filter(is_active=True).values_list("pk", "slug", "name")
    methods |= {key: Method(slug=slug, name=name) for key, slug, name in rows}
    return _Kept(at=time.monotonic_ns(), methods=methods)
