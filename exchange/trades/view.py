"""A trade as one of its people sees it: the same facts for the pages and the API. Words are the faces' business."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from escrow.relay import IntentView
from escrow.terms import TypedData, terms_typed_data
from exchange.accounts.models import Account
from exchange.core import money
from exchange.trades import decide, queries
from exchange.trades.decide import Role, Side, Snapshot
from exchange.trades.models import TimelineEntry, Trade
from exchange.trades.queries import OnChain
from exchange.trades.states import FINISHED, LOCKED, State
from exchange.trades.time_given import can_give
from exchange.trades.uistate import ui_state_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone in a trade."""

    id: int
    address: str
    name: str
    short: str
    last_active_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainView:
    """The escrow as the chain has it: `status` at the head, `final_status` beyond doubt.

    `confirmations` counts the blocks that stand on the newest change, `required` how many make it final.
    """

    status: str
    final_status: str
    is_final: bool
    confirmations: int
    required: int
    tx_hash: str
    block_number: int | None
    deadline: datetime | None
    intents: tuple[IntentView, ...]
    transactions: tuple[str, ...]
    # What became of the newest of them: waiting, mined, reverted, replaced, dropped, unknown; empty without one.
    newest_state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The splits on offer: each side's newest, basis points to the buyer."""

    mine: int | None
    theirs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the timeline; `actor` is an address, `chain` or `parley`, `side` what that address is in the trade."""

    n: int
    kind: str
    actor: str
    side: str
    data: Mapping[str, Any]
    tx_hash: str
    block_number: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeView:
    """Everything a face shows of a trade. Coins are base units, fiat and price units of the currency."""

    code: str
    trade_id: str
    version: int
    state: str
    ui_state: str
    role: str
    is_maker: bool
    actions: tuple[str, ...]
    primary: str
    is_frozen: bool
    is_late: bool

    seller: Person
    buyer: Person
    peer: Person
    offer: str

    asset: str
    decimals: int
    is_stable: bool
    token: str
    currency: str
    minor_units: int
    method: str
    method_name: str
    method_rail: str
    method_reversibility: str
    amount: int
    amount_fiat: Decimal
    price: Decimal
    price_snapshot: Mapping[str, Any]
    fee_bps: int
    fee: int
    buyer_gets: int
    to_buyer: int | None
    to_seller: int | None
    outcome: Mapping[str, Any]

    created_at: datetime
    agreed_at: datetime | None
    funded_at: datetime | None
    paid_at: datetime | None
    disputed_at: datetime | None
    finished_at: datetime | None
    deadline: datetime | None
    lock_by: datetime
    pay_by: datetime
    chain_pay_by: datetime
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int

    needs_maker_signature: bool
    maker_signed: bool
    taker_signed: bool
    is_late_lock: bool
    can_give_time: bool
    arbiter: str
    details: Mapping[str, Any]
    chain: ChainView
    split: Split
    timeline: tuple[Line, ...]


def trade_view(trade: Trade, account: Account, now: datetime, *, known: OnChain | None = None) -> TradeView:
    """Return `trade` as `account` sees it. `known` saves asking for the chain's part again."""
    known = known or queries.on_chain([trade])[trade.trade_id]
    snapshot, role = queries.snapshot_of(trade, known=known), queries.role_of(trade, account=account)
    amount, fee_bps = int(trade.amount), int(trade.terms["feeBps"])
    buyer_gets, _, fee = money.split(amount, buyer_bps=money.BPS, fee_bps=fee_bps)
    return TradeView(
        code=trade.code,
        trade_id=trade.trade_id,
        version=trade.version,
        state=trade.state,
        ui_state=ui_state_of(snapshot, role),
        role=str(role.side),
        is_maker=role.is_maker,
        actions=decide.available_actions(snapshot, role, now),
        primary=decide.primary_action(snapshot, role, now),
        is_frozen=trade.is_frozen,
        is_late=trade.state == State.FUNDED and now > trade.pay_by,
        seller=_person(trade.seller),
        buyer=_person(trade.buyer),
        peer=_person(trade.seller if role.side is Side.BUYER else trade.buyer),
        offer=trade.offer.code,
        asset=trade.asset.symbol,
        decimals=trade.asset.decimals,
        is_stable=trade.asset.is_stable,
        token=trade.asset.token,
        currency=trade.currency_id,
        minor_units=trade.currency.minor_units,
        method=trade.method.slug,
        method_name=trade.method.name,
        method_rail=trade.method.rail,
        method_reversibility=trade.method.reversibility,
        amount=amount,
        amount_fiat=trade.amount_fiat,
        price=trade.price,
        price_snapshot=trade.price_snapshot,
        fee_bps=fee_bps,
        fee=fee if trade.fee is None else int(trade.fee),
        buyer_gets=buyer_gets,
        to_buyer=None if trade.to_buyer is None else int(trade.to_buyer),
        to_seller=None if trade.to_seller is None else int(trade.to_seller),
        outcome=trade.outcome,
        created_at=trade.created_at,
        agreed_at=trade.agreed_at,
        funded_at=trade.funded_at,
        paid_at=trade.paid_at,
        disputed_at=trade.disputed_at,
        finished_at=trade.finished_at,
        deadline=trade.deadline,
        lock_by=trade.lock_by,
        pay_by=trade.pay_by,
        chain_pay_by=snapshot.chain_pay_by,
        confirm_window=int(trade.terms["confirmWindow"]),
        arbitration_window=int(trade.terms["arbitrationWindow"]),
        fallback_buyer_bps=int(trade.terms["fallbackBuyerBps"]),
        needs_maker_signature=trade.needs_maker_signature,
        maker_signed=snapshot.maker_signed,
        taker_signed=snapshot.taker_signed,
        is_late_lock=trade.is_late_lock,
        can_give_time=role.side is Side.SELLER and can_give(trade, now=now),
        arbiter=str(trade.terms["arbiter"]),
        details=trade.details,
        chain=_chain(trade, known, snapshot),
        split=_split(trade, account, role),
        timeline=tuple(_line(trade, entry) for entry in trade.timeline.all()),
    )


def terms_to_sign(trade: Trade) -> TypedData:
    """Return the Terms as the wallet signs them."""
    return terms_typed_data(queries.terms_of(trade), queries.domain_of(trade))


def _person(account: Account) -> Person:
    return Person(
        id=account.pk,
        address=account.address,
        name=account.label,
        short=account.short,
        last_active_at=account.last_active_at,
    )


def _chain(trade: Trade, known: OnChain, snapshot: Snapshot) -> ChainView:
    escrow = known.escrow
    is_over = snapshot.state in FINISHED
    told = sorted(trade.transactions.all(), key=lambda one: one.pk)
    return ChainView(
        status=escrow.head_status if escrow else "none",
        final_status=escrow.final_status if escrow else "none",
        is_final=escrow is not None and escrow.is_final,
        confirmations=escrow.confirmations if escrow else 0,
        required=escrow.required if escrow else 0,
        tx_hash=escrow.head_tx_hash if escrow else "",
        block_number=escrow.head_block if escrow else None,
        deadline=escrow.head_deadline if escrow and not is_over else None,
        intents=known.intents,
        transactions=tuple(one.hash for one in told),
        newest_state=told[-1].state if told else "",
    )


def _split(trade: Trade, account: Account, role: Role) -> Split:
    if not role.is_party or trade.state not in LOCKED:
        return Split(mine=None, theirs=None)
    offered = {proposal.account_id: proposal.buyer_bps for proposal in trade.proposals.all()}
    mine = offered.pop(account.pk, None)
    return Split(mine=mine, theirs=next(iter(offered.values()), None))


def _line(trade: Trade, entry: TimelineEntry) -> Line:
    sides = {trade.seller.address: "seller", trade.buyer.address: "buyer", str(trade.terms["arbiter"]): "arbiter"}
    return Line(
        n=entry.n,
        kind=entry.kind,
        actor=entry.actor,
        side=sides.get(entry.actor, entry.actor),
        data=entry.data,
        tx_hash=entry.tx_hash,
        block_number=entry.block_number,
        at=entry.at,
    )
