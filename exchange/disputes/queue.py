"""The arbiters' queue: the most urgent first, with counts by state; it tells nothing of the people before a claim."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core.errors import DomainError
from exchange.disputes.interest import named_addresses, refuse_interest
from exchange.disputes.models import LACKS_SIGNATURES, Dispute, Statement
from exchange.disputes.queries import reason_words, state_of
from exchange.trades.models import Trade
from exchange.trades.states import State

STATES = ("open", "claimed", "proposed", "ruled", "closed")
MOST = 200
# A case without a deadline yet comes behind all that have one.
_DUE = Coalesce("rule_by", Value(datetime(9999, 1, 1, tzinfo=UTC)))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of the queue; `refusal` says why this arbiter cannot claim it, empty if it can.

    `can_sign`: a colleague has proposed a ruling of this arbiter's panel, which still lacks signatures.

    `evidence`, `handed` (sides that handed messages over) and `statements` count what there is to read; `place` marks
    the row for `queue(after=...)`.
    """

    code: str
    state: str
    rule_by: datetime | None
    amount: int
    decimals: int
    asset: str
    amount_fiat: str
    currency: str
    method: str
    reason: str
    reason_words: str
    statements: int
    evidence: int
    handed: int
    last_word: datetime | None
    arbiter: str
    arbiter_name: str
    opened_at: datetime
    refusal: str
    can_sign: bool
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The rows asked for, and how many cases there are in each state."""

    rows: list[QueueRow]
    counts: dict[str, int]
    methods: list[tuple[str, str]]


def queue(
    arbiter: Account,
    *,
    state: str | None = None,
    method: str = "",
    reason: str = "",
    is_mine: bool = False,
    after: int | None = None,
    limit: int = MOST,
) -> list[QueueRow]:
    """Return the cases an arbiter can claim or has claimed, the most urgent first, at most `limit`. Raises `Forbidden`.

    `state` is one of `STATES`; without it, closed cases are left out. `after` is the `place` of the row before.
    """
    policy.require_arbiter(arbiter)
    rows = _in_state(_cases(arbiter), state)
    if method:
        rows = rows.filter(trade__method__slug=method)
    if reason:
        rows = rows.filter(reason=reason)
    if is_mine:
        rows = rows.filter(arbiter=arbiter)
    return [_row(case, arbiter) for case in _behind(rows, after, is_closed=state == "closed")[:limit]]


def overview(
    arbiter: Account, *, state: str | None = None, method: str = "", reason: str = "", is_mine: bool = False
) -> Queue:
    """Return the queue with its counts and the methods that occur in it. Raises `Forbidden`."""
    found = queue(arbiter, state=state, method=method, reason=reason, is_mine=is_mine)
    cases = _cases(arbiter)
    counts = Counter(state_of(case) for case in cases.filter(closed_at__isnull=True))
    counts["closed"] = cases.filter(closed_at__isnull=False).count()
    methods = cases.values_list("trade__method__slug", "trade__method__name").distinct().order_by("trade__method__name")
    return Queue(rows=found, counts=dict(counts), methods=list(methods))


def neighbours(rows: Sequence[QueueRow], code: str) -> tuple[str, str]:
    """Return the codes before and after `code` in a queue, empty at its ends."""
    codes = [row.code for row in rows]
    if code not in codes:
        return "", ""
    at = codes.index(code)
    return codes[at - 1] if at else "", codes[at + 1] if at + 1 < len(codes) else ""


def _in_state(rows: QuerySet[Dispute], state: str | None) -> QuerySet[Dispute]:
    """Narrow to one state, as `queries.state_of` tells them apart."""
    if state == "closed":
        return rows.filter(closed_at__isnull=False)
    rows = rows.filter(closed_at__isnull=True)
    if state == "proposed":
        return rows.filter(LACKS_SIGNATURES)
    if state == "ruled":
        return rows.filter(ruling__isnull=False).exclude(LACKS_SIGNATURES)
    if state in {"open", "claimed"}:
        return rows.filter(ruling__isnull=True, arbiter__isnull=state == "open")
    return rows


def _behind(rows: QuerySet[Dispute], place: int | None, *, is_closed: bool) -> QuerySet[Dispute]:
    """Order the queue, and leave out all up to the case with the key `place`."""
    rows = rows.alias(due=_DUE)
    last = Dispute.objects.filter(pk=place).annotate(due=_DUE).first() if place is not None else None
    if is_closed:
        rows = rows.order_by("-closed_at", "-id")
        behind = Q() if last is None else Q(closed_at__lt=last.closed_at) | Q(closed_at=last.closed_at, id__lt=place)
    else:
        rows = rows.order_by("due", "id")
        behind = Q() if last is None else Q(due__gt=last.due) | Q(due=last.due, id__gt=place)
    return rows.filter(behind)


def _cases(arbiter: Account) -> QuerySet[Dispute]:
    return (
        Dispute.objects.select_related("trade__asset", "trade__method", "trade__seller", "trade__buyer", "arbiter")
        .select_related("ruling")
        .filter(trade__terms__arbiter__in=named_addresses(arbiter))
    )


def _row(case: Dispute, arbiter: Account) -> QueueRow:
    trade = case.trade
    said = Statement.objects.filter(dispute=case).aggregate(n=Count("id"), last=Max("at"))
    handed = case.disclosures.filter(case_key__account=case.arbiter_id).values("account").distinct().count()
    return QueueRow(
        code=trade.code,
        state=state_of(case),
        rule_by=case.rule_by,
        amount=int(trade.amount),
        decimals=trade.asset.decimals,
        asset=trade.asset.symbol,
        amount_fiat=format(trade.amount_fiat, "f"),
        currency=trade.currency_id,
        method=trade.method.name,
        reason=case.reason,
        reason_words=reason_words(case.reason),
        statements=said["n"],
        evidence=case.evidence.filter(~Q(complete_at=None)).count(),
        handed=handed,
        last_word=said["last"],
        arbiter=case.arbiter.address if case.arbiter else "",
        arbiter_name=case.arbiter.label if case.arbiter else "",
        opened_at=case.opened_at,
        refusal=_refusal(case, trade, arbiter),
        can_sign=_can_sign(case, trade, arbiter),
        place=case.pk,
    )


def _can_sign(case: Dispute, trade: Trade, arbiter: Account) -> bool:
    if state_of(case) != "proposed" or case.arbiter_id == arbiter.pk:
        return False
    try:
        refuse_interest(trade, arbiter, case=case)
    except DomainError:
        return False
    return True


def _refusal(case: Dispute, trade: Trade, arbiter: Account) -> str:
    if case.closed_at is not None:
        return "This case is closed."
    if case.arbiter_id is not None:
        return "" if case.arbiter_id == arbiter.pk else "Another arbiter has claimed this case."
    if trade.state != State.DISPUTED:
        return "The dispute is not on the chain yet."
    try:
        refuse_interest(trade, arbiter, case=case)
    except DomainError as error:
        return error.message
    return ""
