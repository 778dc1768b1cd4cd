"""Reading cases: the parties' own, the arbiters' queue, and the case file, whose every reading is put on record."""

from dataclasses import dataclass
from datetime import datetime

from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core import audit
from exchange.core.errors import DomainError, NotFound
from exchange.disputes.interest import refuse_interest
from exchange.disputes.models import Dispute, Reason, Ruling, Statement
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from exchange.trades.states import State
from exchange.trades.view import TradeView, trade_view

QUEUE_STATES = ("open", "claimed", "ruled", "closed")
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """What one side said and wants; `text` comes from a stranger."""

    side: str
    address: str
    name: str
    reason: str
    reason_words: str
    wish_bps: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingView:
    """The arbiter's decision and the reasons given for it."""

    buyer_bps: int
    reason_code: int
    reason_words: str
    findings: str
    at: datetime
    is_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as a party or its arbiter sees it; `trade` holds parties, agreed facts, timeline and chain."""

    code: str
    state: str
    reason: str
    reason_words: str
    opened_at: datetime
    opened_by: str
    rule_by: datetime | None
    closed_at: datetime | None
    arbiter: str
    arbiter_name: str
    claimed_at: datetime | None
    statements: tuple[StatementView, ...]
    ruling: RulingView | None
    has_stated: bool
    trade: TradeView


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of the arbiters' queue; `refusal` says why this arbiter cannot claim it, empty if it can."""

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
    arbiter: str
    opened_at: datetime
    refusal: str


def case_of_trade(code: str, *, account: Account, now: datetime) -> CaseView | None:
    """Return the case of a party's own trade, None if there is none. Raises `NotFound` for anyone else."""
    trade = trades.trade_for(code, account=account)
    case = _find(trade)
    return _view(case, trade, account, now) if case else None


def case_for(code: str, *, arbiter: Account, now: datetime) -> CaseView:
    """Return the case file for the arbiter who claimed it, and record the reading. Raises `NotFound`, `Forbidden`."""
    case, trade = claimed_case(code, arbiter=arbiter)
    audit.record("case.read", by=arbiter.address, subject=trade.code)
    return _view(case, trade, arbiter, now)


def claimed_case(code: str, *, arbiter: Account) -> tuple[Dispute, Trade]:
    """Return a case and its trade for the arbiter who claimed it. Raises `NotFound` for every other arbiter."""
    policy.require_arbiter(arbiter)
    trade = trades.trade_for(code, account=arbiter, include_arbiter=True)
    case = _find(trade)
    if case is None or case.arbiter_id != arbiter.pk:
        raise NotFound("There is no such case, or it is not yours.")
    return case, trade


def queue(arbiter: Account, *, state: str | None = None) -> list[QueueRow]:
    """Return the cases an arbiter can claim or has claimed, the most urgent first. Raises `Forbidden`.

    `state` is one of `QUEUE_STATES`; without it, closed cases are left out. Only facts that say nothing of the people
    are shown before a case is claimed.
    """
    policy.require_arbiter(arbiter)
    rows = (
        Dispute.objects.select_related("trade__asset", "trade__method", "trade__seller", "trade__buyer", "arbiter")
        .select_related("ruling")
        .prefetch_related("statements")
        .filter(trade__terms__arbiter=arbiter.address)
    )
    rows = rows.filter(closed_at__isnull=state != "closed").order_by("rule_by", "id")[:MOST]
    found = [_row(case, arbiter) for case in rows]
    return [row for row in found if state is None or row.state == state]


def state_of(case: Dispute) -> str:
    """Return one of `QUEUE_STATES`."""
    if case.closed_at is not None:
        return "closed"
    if _ruling(case) is not None:
        return "ruled"
    return "claimed" if case.arbiter_id is not None else "open"


def _find(trade: Trade) -> Dispute | None:
    return Dispute.objects.select_related("arbiter", "opened_by", "ruling").filter(trade=trade).first()


def _ruling(case: Dispute) -> Ruling | None:
    return getattr(case, "ruling", None)


def _view(case: Dispute, trade: Trade, account: Account, now: datetime) -> CaseView:
    said = list(Statement.objects.filter(dispute=case).select_related("account").order_by("id"))
    ruling = _ruling(case)
    return CaseView(
        code=trade.code,
        state=state_of(case),
        reason=case.reason,
        reason_words=_words(case.reason),
        opened_at=case.opened_at,
        opened_by=case.opened_by.address if case.opened_by else "",
        rule_by=case.rule_by,
        closed_at=case.closed_at,
        arbiter=case.arbiter.address if case.arbiter else "",
        arbiter_name=case.arbiter.label if case.arbiter else "",
        claimed_at=case.claimed_at,
        statements=tuple(_statement(statement, trade) for statement in said),
        ruling=_ruling_view(ruling) if ruling else None,
        has_stated=any(statement.account_id == account.pk for statement in said),
        trade=trade_view(trade, account, now),
    )


def _statement(statement: Statement, trade: Trade) -> StatementView:
    return StatementView(
        side="seller" if statement.account_id == trade.seller_id else "buyer",
        address=statement.account.address,
        name=statement.account.label,
        reason=statement.reason,
        reason_words=_words(statement.reason),
        wish_bps=statement.wish_bps,
        text=statement.text,
        at=statement.at,
    )


def _ruling_view(ruling: Ruling) -> RulingView:
    return RulingView(
        buyer_bps=ruling.buyer_bps,
        reason_code=ruling.reason_code,
        reason_words=str(ruling.get_reason_code_display()),
        findings=ruling.findings,
        at=ruling.at,
        is_signed=bool(ruling.signature),
    )


def _row(case: Dispute, arbiter: Account) -> QueueRow:
    trade = case.trade
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
        reason_words=_words(case.reason),
        statements=len(case.statements.all()),
        arbiter=case.arbiter.address if case.arbiter else "",
        opened_at=case.opened_at,
        refusal=_refusal(case, trade, arbiter),
    )


def _refusal(case: Dispute, trade: Trade, arbiter: Account) -> str:
    if case.closed_at is not None:
        return "This case is closed."
    if case.arbiter_id is not None:
        return "" if case.arbiter_id == arbiter.pk else "Another arbiter has claimed this case."
    if trade.state != State.DISPUTED:
        return "The dispute is not on the chain yet."
    try:
        refuse_interest(trade, arbiter)
    except DomainError as error:
        return error.message
    return ""


def _words(reason: str) -> str:
    return str(Reason(reason).label) if reason else ""
