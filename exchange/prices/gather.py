"""Asking the sources that are due, all at once, each in its own thread, and noting how it went.

1. A source is claimed by moving its `due_at` on, compare-and-set: of several workers one asks, and one probes.
2. Who has not answered when the time is up has failed; its thread ends by the bounds of its own request.
3. Success and failure move the circuit (`circuit.py`).
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from exchange.prices import circuit
from exchange.prices.models import SourceHealth
from exchange.prices.sources.base import SourceFailed

log = logging.getLogger(__name__)
# A source asks for several pairs in turn, each bounded by `answers.SECONDS`.
SECONDS = 10
# The clock that calls us is not exact: a source due in a moment is due.
_EARLY = timedelta(seconds=1)


class Source(Protocol):
    """What is needed to pace a source."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def every(self) -> int:
        """Its pace in seconds."""


S = TypeVar("S", bound=Source)
T = TypeVar("T")


def claim_due(sources: Sequence[S], *, now: datetime) -> list[S]:
    """Return the sources that this process shall read now."""
    known = dict(SourceHealth.objects.filter(name__in=[one.name for one in sources]).values_list("name", "due_at"))
    fresh = [SourceHealth(name=one.name, due_at=now) for one in sources if one.name not in known]
    if fresh:
        SourceHealth.objects.bulk_create(fresh, ignore_conflicts=True)
        known |= {row.name: row.due_at for row in fresh}
    return [one for one in sources if known[one.name] <= now and _claim(one, due_at=known[one.name], now=now)]


def _claim(source: Source, *, due_at: datetime, now: datetime) -> bool:
    due = SourceHealth.objects.filter(name=source.name, due_at=due_at)
    return due.update(due_at=now + timedelta(seconds=source.every) - _EARLY) == 1


def gather(sources: Sequence[S], read: Callable[[S], T], *, now: datetime) -> dict[str, T]:
    """Return what each source said by its name, those that failed left out, and note how it went."""
    told, failed = _ask_all(sources, read)
    if told:
        SourceHealth.objects.filter(name__in=told).update(failures=0, succeeded_at=now)
    for name, words in failed.items():
        _note_failure(name, words, now=now)
    return told


def _ask_all(sources: Sequence[S], read: Callable[[S], T]) -> tuple[dict[str, T], dict[str, str]]:
    told: dict[str, T] = {}
    failed: dict[str, str] = {}
    if not sources:
        return told, failed
    pool = ThreadPoolExecutor(max_workers=len(sources), thread_name_prefix="price-source")
    asked = {pool.submit(read, one): one.name for one in sources}
    done, late = wait(asked, timeout=SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    failed |= {asked[future]: f"no answer within {SECONDS} s" for future in late}
    for future in done:
        error = future.exception()
        if error is None:
            told[asked[future]] = future.result()
        elif isinstance(error, SourceFailed):
            failed[asked[future]] = str(error)
        else:
            raise error
    return told, failed


def _note_failure(name: str, words: str, *, now: datetime) -> None:
    row = SourceHealth.objects.filter(name=name).first() or SourceHealth(name=name, due_at=now)
    before = circuit.Circuit(failures=row.failures, due_at=row.due_at)
    after = circuit.after_failure(before, now=now)
    if circuit.state(before, now=now) is circuit.State.CLOSED:
        log.warning("price source %s failed (%s in a row): %s", name, after.failures, words)
    row.failures, row.due_at = after.failures, after.due_at
    row.failed_at, row.last_failure = now, words[:500]
    row.save()
