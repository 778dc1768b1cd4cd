"""How reading the sources goes, for operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.prices import circuit
from exchange.prices.models import Leap, SourceHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One source: its circuit, failures in a row, and seconds since it was last read well, if ever."""

    name: str
    state: circuit.State
    failures: int
    age_seconds: int | None
    last_failure: str


def source_reports(*, now: datetime) -> list[SourceReport]:
    """Return every source that was ever asked, by name."""
    return [report(row, now=now) for row in SourceHealth.objects.order_by("name")]


def report(row: SourceHealth, *, now: datetime) -> SourceReport:
    """Return what one row means at `now`."""
    age = None if row.succeeded_at is None else max(0, (now - row.succeeded_at) // timedelta(seconds=1))
    return SourceReport(
        name=row.name,
        state=circuit.state(circuit.Circuit(failures=row.failures, due_at=row.due_at), now=now),
        failures=row.failures,
        age_seconds=age,
        last_failure=row.last_failure,
    )


def held() -> int:
    """Return how many pairs the jump guard holds back."""
    return Leap.objects.count()
