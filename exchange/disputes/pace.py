"""How fast disputes are taken on and ruled, over the last ninety days: published, and shown to staff by arbiter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from django.db.models import Case, F, When

from exchange.disputes.models import LACKS_SIGNATURES, Dispute

WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Counts and medians (seconds) of the cases opened within the window; `in_time` of `ended` had a ruling in time.

    `settled` ended without a ruling because the parties ended them, `fallback` because nobody ruled.
    """

    opened: int
    waiting: int
    ruled: int
    settled: int
    fallback: int
    median_claim: int | None
    median_ruling: int | None

    @property
    def ended(self) -> int:
        """How many have ended."""
        return self.ruled + self.settled + self.fallback


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One arbiter's desk."""

    name: str
    address: str
    at_work: int
    ruled: int
    median_ruling: int | None


def pace(*, now: datetime) -> Pace:
    """Return the pace of all cases opened within the window."""
    cases = list(
        Dispute.objects.filter(opened_at__gte=now - WINDOW)
        .annotate(how=F("trade__outcome__how"), ruled_at=Case(When(~LACKS_SIGNATURES, then=F("ruling__at"))))
        .values("opened_at", "claimed_at", "closed_at", "ruled_at", "how")
    )
    ended = [case for case in cases if case["closed_at"] is not None]
    by_ruling = [case for case in ended if case["how"] == "ruled"]
    by_silence = [case for case in ended if case["how"] == "fallback"]
    return Pace(
        opened=len(cases),
        waiting=sum(1 for case in cases if case["closed_at"] is None and case["claimed_at"] is None),
        ruled=len(by_ruling),
        settled=len(ended) - len(by_ruling) - len(by_silence),
        fallback=len(by_silence),
        median_claim=_median((case["opened_at"], case["claimed_at"]) for case in cases),
        median_ruling=_median((case["opened_at"], case["ruled_at"]) for case in cases),
    )


def workloads(*, now: datetime) -> list[Workload]:
    """Return the desk of every arbiter with a case in the window or at work, the fullest first."""
    cases = list(
        Dispute.objects.filter(arbiter__isnull=False)
        .filter(opened_at__gte=now - WINDOW)
        .select_related("arbiter", "ruling")
    )
    found = []
    for arbiter in {case.arbiter for case in cases if case.arbiter is not None}:
        own = [case for case in cases if case.arbiter_id == arbiter.pk]
        ruled = [case for case in own if (made := getattr(case, "ruling", None)) is not None and not made.is_proposed]
        found.append(
            Workload(
                name=arbiter.label,
                address=arbiter.address,
                at_work=sum(1 for case in own if case.closed_at is None and case not in ruled),
                ruled=len(ruled),
                median_ruling=_median((case.claimed_at, case.ruling.at) for case in ruled),
            )
        )
    return sorted(found, key=lambda one: (-one.at_work, one.name))


def _median(spans: Iterable[tuple[datetime | None, datetime | None]]) -> int | None:
    seconds = [max(0, int((end - start).total_seconds())) for start, end in spans if start and end]
    return median_low(seconds) if seconds else None
