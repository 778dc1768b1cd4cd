"""When a source that fails is asked again. Pure.

1. Closed: it is asked at its pace. A failure changes nothing yet.
2. After `OPENS_AFTER` failures in a row the circuit opens: it is left alone for a while, twice as long each time.
3. When that while is over the circuit is half open: one reading, a probe, decides. Success closes it again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OPENS_AFTER = 3
SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)


class State(StrEnum):
    """Whether a source is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """Failures since the last success, and when the source is due again."""

    failures: int
    due_at: datetime


def state(circuit: Circuit, *, now: datetime) -> State:
    """Return where the circuit stands at `now`."""
    if circuit.failures < OPENS_AFTER:
        return State.CLOSED
    return State.OPEN if now < circuit.due_at else State.HALF_OPEN


def after_success(circuit: Circuit) -> Circuit:
    """Return the circuit closed; when it is due was set when the reading began."""
    return Circuit(failures=0, due_at=circuit.due_at)


def after_failure(circuit: Circuit, *, now: datetime) -> Circuit:
    """Return the circuit with one failure more, and open if that is too many."""
    failures = circuit.failures + 1
    if failures < OPENS_AFTER:
        return Circuit(failures=failures, due_at=circuit.due_at)
    # The power is bounded too: a source may stay away for a year.
    wait = min(LONGEST, SHORTEST * 2 ** min(failures - OPENS_AFTER, 10))
    return Circuit(failures=failures, due_at=max(circuit.due_at, now + wait))
