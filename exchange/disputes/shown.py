"""What each side has shown in a case, and what it was asked to show."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from exchange.disputes.models import CaseKey, Disclosure, Dispute, Evidence, EvidenceRequest, Statement
from exchange.trades.models import Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """How many message keys one side has handed to the present arbiter."""

    side: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """An encrypted file: `sealed` maps readers' public keys to the file key sealed to each; sizes are bytes."""

    id: int
    side: str
    name: str
    note: str
    manifest: str
    size: int
    digest: str
    chunk_count: int
    sealed: dict[str, str]
    at: datetime
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """What the arbiter asked for; `is_answered` once the side has said or shown something since."""

    side: str
    text: str
    due_at: datetime
    at: datetime
    is_answered: bool
    is_over: bool


def side_of(trade: Trade, account_id: int) -> str:
    """Return `seller` or `buyer`."""
    return "seller" if account_id == trade.seller_id else "buyer"


def handed_over(key: CaseKey, trade: Trade) -> tuple[Handed, ...]:
    """Return how much each side has handed over to `key`."""
    rows = Disclosure.objects.filter(case_key=key).values_list("account_id").annotate(count=Count("id"))
    return tuple(Handed(side=side_of(trade, account_id), count=count) for account_id, count in rows)


def evidence_of(case: Dispute, trade: Trade) -> tuple[EvidenceView, ...]:
    """Return the files of a case, oldest first; unfinished uploads only tell their owner that they can go on."""
    rows = Evidence.objects.filter(dispute=case).select_related("account").order_by("id")
    return tuple(
        EvidenceView(
            id=row.pk,
            side=side_of(trade, row.account_id),
            name=row.account.label,
            note=row.note,
            manifest=row.manifest,
            size=row.size,
            digest=row.digest,
            chunk_count=row.chunk_count,
            sealed=dict(row.sealed),
            at=row.at,
            is_complete=row.complete_at is not None,
        )
        for row in rows
    )


def requests_of(case: Dispute, trade: Trade, *, now: datetime) -> tuple[RequestView, ...]:
    """Return what the arbiter asked for, oldest first."""
    acts = [
        *Statement.objects.filter(dispute=case).values_list("account_id", "at"),
        *Evidence.objects.filter(dispute=case, complete_at__isnull=False).values_list("account_id", "complete_at"),
        *Disclosure.objects.filter(dispute=case).values_list("account_id", "at"),
    ]
    found = []
    for row in EvidenceRequest.objects.filter(dispute=case).order_by("id"):
        answered = {side_of(trade, account_id) for account_id, at in acts if at is not None and at > row.at}
        wanted = {"buyer", "seller"} if row.side == "both" else {row.side}
        found.append(
            RequestView(
                side=row.side,
                text=row.text,
                due_at=row.due_at,
                at=row.at,
                is_answered=wanted <= answered,
                is_over=now > row.due_at,
            )
        )
    return tuple(found)
