"""Reading cases: the parties' own, and the case file, whose every reading is put on record."""

from dataclasses import dataclass, replace
from datetime import datetime

from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.chat.models import ChatLog
from exchange.core import audit
from exchange.core.errors import NotFound
from exchange.disputes import shown
from exchange.disputes.models import CaseKey, Dispute, PanelSeat, Reason, Recusal, Ruling, Statement
from exchange.disputes.panels import proposed_case
from exchange.disputes.readings import Reading, readings_of
from exchange.disputes.shown import EvidenceView, Handed, RequestView
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from exchange.trades.view import TradeView, trade_view


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
    """The arbiter's decision and the reasons given for it; `signers` out of `needed` have signed a panel's."""

    buyer_bps: int
    reason_code: int
    reason_words: str
    findings: str
    private_note: str
    at: datetime
    is_signed: bool
    signers: tuple[str, ...] = ()
    needed: int = 1

    @property
    def is_proposed(self) -> bool:
        """Whether a panel's ruling still lacks signatures."""
        return self.needed > 1 and not self.is_signed


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalView:
    """An arbiter who gave the case back."""

    name: str
    reason: str
    at: datetime


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
    messages: int
    has_key: bool
    is_panel: bool
    handed: tuple[Handed, ...]
    evidence: tuple[EvidenceView, ...]
    requests: tuple[RequestView, ...]
    recusals: tuple[RecusalView, ...]
    readings: tuple[Reading, ...]
    trade: TradeView

    def handed_by(self, side: str) -> int:
        """Return how many messages this side has handed over to the present arbiter."""
        return next((one.count for one in self.handed if one.side == side), 0)

    @property
    def handed_by_buyer(self) -> int:
        """Messages the buyer handed over."""
        return self.handed_by("buyer")

    @property
    def handed_by_seller(self) -> int:
        """Messages the seller handed over."""
        return self.handed_by("seller")


def case_of_trade(code: str, *, account: Account, now: datetime) -> CaseView | None:
    """Return the case of a party's own trade, None if there is none. Raises `NotFound` for anyone else."""
    trade = trades.trade_for(code, account=account)
    case = _find(trade)
    return _view(case, trade, account, now) if case else None


def case_for(code: str, *, arbiter: Account, now: datetime) -> CaseView:
    """Return the case file for the arbiter who claimed it, and record the reading. Raises `NotFound`, `Forbidden`.

    While a panel's ruling lacks signatures the other members of the panel read it too.
    """
    case, trade = case_to_read(code, arbiter=arbiter)
    audit.record("case.read", by=arbiter.address, subject=trade.code)
    return _view(case, trade, arbiter, now)


def case_to_read(code: str, *, arbiter: Account) -> tuple[Dispute, Trade]:
    """Return a case and its trade for the arbiter who claimed it, or for a member asked to sign its proposed ruling.

    Raises `NotFound`, `Forbidden`.
    """
    try:
        return claimed_case(code, arbiter=arbiter)
    except NotFound:
        case, trade, _ = proposed_case(code, member=arbiter)
        return case, trade


def claimed_case(code: str, *, arbiter: Account) -> tuple[Dispute, Trade]:
    """Return a case and its trade for the arbiter who claimed it. Raises `NotFound` for every other arbiter."""
    policy.require_arbiter(arbiter)
    trade = trades.trade_for(code, account=arbiter, include_arbiter=True)
    case = _find(trade)
    if case is None or case.arbiter_id != arbiter.pk:
        raise NotFound("There is no such case, or it is not yours.")
    return case, trade


def case_key(case: Dispute) -> CaseKey | None:
    """Return the key that messages are handed over to now, None before the arbiter has opened the case."""
    return CaseKey.objects.select_related("account").filter(dispute=case, account=case.arbiter_id).first()


def state_of(case: Dispute) -> str:
    """Return `open`, `claimed`, `proposed` (a panel's ruling lacks signatures), `ruled` or `closed`."""
    if case.closed_at is not None:
        return "closed"
    if (ruling := ruling_of(case)) is not None:
        return "proposed" if ruling.is_proposed else "ruled"
    return "claimed" if case.arbiter_id is not None else "open"


def ruling_of(case: Dispute) -> Ruling | None:
    """Return the ruling of a case, None before."""
    return getattr(case, "ruling", None)


def reason_words(reason: str) -> str:
    """Return a reason as people read it."""
    return str(Reason(reason).label) if reason else ""


def _find(trade: Trade) -> Dispute | None:
    return Dispute.objects.select_related("arbiter", "opened_by", "ruling").filter(trade=trade).first()


def _view(case: Dispute, trade: Trade, account: Account, now: datetime) -> CaseView:
    said = list(Statement.objects.filter(dispute=case).select_related("account").order_by("id"))
    ruling, key = ruling_of(case), case_key(case)
    is_arbiter = account.pk not in {trade.seller_id, trade.buyer_id}
    state = state_of(case)
    is_hidden = ruling is not None and ruling.is_proposed and not is_arbiter
    if is_hidden:
        # Until enough members have signed there is no ruling, and the parties must not act on one.
        ruling, state = None, "claimed" if state == "proposed" else state
    return CaseView(
        code=trade.code,
        state=state,
        reason=case.reason,
        reason_words=reason_words(case.reason),
        opened_at=case.opened_at,
        opened_by=case.opened_by.address if case.opened_by else "",
        rule_by=case.rule_by,
        closed_at=case.closed_at,
        arbiter=case.arbiter.address if case.arbiter else "",
        arbiter_name=case.arbiter.label if case.arbiter else "",
        claimed_at=case.claimed_at,
        statements=tuple(_statement(statement, trade) for statement in said),
        ruling=_ruling_view(ruling, with_note=is_arbiter) if ruling else None,
        has_stated=any(statement.account_id == account.pk for statement in said),
        messages=ChatLog.objects.filter(trade=trade).values_list("head", flat=True).first() or 0,
        has_key=key is not None,
        is_panel=PanelSeat.objects.filter(panel=str(trade.terms["arbiter"])).exists(),
        handed=shown.handed_over(key, trade) if key else (),
        evidence=shown.evidence_of(case, trade),
        requests=shown.requests_of(case, trade, now=now),
        recusals=tuple(
            RecusalView(name=one.arbiter.label, reason=one.reason, at=one.at)
            for one in Recusal.objects.filter(dispute=case).select_related("arbiter").order_by("id")
        ),
        readings=readings_of(trade, with_proposals=not is_hidden),
        trade=_trade_of(case, trade, account, now),
    )


def _trade_of(case: Dispute, trade: Trade, account: Account, now: datetime) -> TradeView:
    """Return the trade as `account` sees it; a colleague of the arbiter sees the same and can do nothing."""
    if case.arbiter is None or account.pk in {case.arbiter_id, trade.seller_id, trade.buyer_id}:
        return trade_view(trade, account, now)
    return replace(trade_view(trade, case.arbiter, now), actions=())


def _statement(statement: Statement, trade: Trade) -> StatementView:
    return StatementView(
        side="seller" if statement.account_id == trade.seller_id else "buyer",
        address=statement.account.address,
        name=statement.account.label,
        reason=statement.reason,
        reason_words=reason_words(statement.reason),
        wish_bps=statement.wish_bps,
        text=statement.text,
        at=statement.at,
    )


def _ruling_view(ruling: Ruling, *, with_note: bool) -> RulingView:
    return RulingView(
        buyer_bps=ruling.buyer_bps,
        reason_code=ruling.reason_code,
        reason_words=str(ruling.get_reason_code_display()),
        findings=ruling.findings,
        private_note=ruling.private_note if with_note else "",
        at=ruling.at,
        is_signed=bool(ruling.signature),
        needed=ruling.signatures_needed,
        signers=tuple(one.signer.label for one in ruling.signatures.select_related("signer").order_by("id")),
    )
