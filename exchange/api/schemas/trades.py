"""Bodies of trades: what a party sends and what a trade looks like to it."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from exchange.api.schemas.fields import (
    Address,
    Body,
    Bps,
    Call,
    Code,
    DecimalText,
    Hash,
    Intent,
    Moment,
    Person,
    Shown,
    Signature,
    TypedData,
    UnitsText,
)

State = Literal[
    "requested",
    "agreed",
    "funded",
    "paid",
    "disputed",
    "released",
    "refunded",
    "resolved",
    "expired",
    "cancelled",
    "declined",
]
Group = Literal["your_turn", "waiting", "disputes", "done"]
Action = Literal["fund", "mark_paid", "release", "cancel", "dispute", "settle"]
UnixTime = Annotated[int, Field(ge=1, le=2**40 - 1, description="Unix seconds.")]


class SignTerms(Body):
    """`POST /trades/{id}/terms-signature`."""

    signature: Signature


class Act(Body):
    """`POST /trades/{id}/actions/{action}`: a signed action to relay.

    `settle` takes `buyer_bps` instead of `valid_until`; `cancel` before the lock takes nothing.
    """

    signature: Signature | None = None
    valid_until: UnixTime | None = None
    buyer_bps: Bps | None = None


class TellTransaction(Body):
    """`POST /trades/{id}/transactions`."""

    hash: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{64}$")]


class Deadlines(Shown):
    """When something else may happen. `next` ends the running state; `lock_by` and `pay_by` are the agreed ones."""

    next: Moment | None
    lock_by: Moment
    pay_by: Moment
    chain_pay_by: Moment


class Chain(Shown):
    """What the chain shows: `status` at its head, `final_status` beyond doubt; `final` when the two agree.

    `confirmations` counts the blocks that stand on the newest change, `required` how many make it final.
    """

    status: str
    seen: bool
    final: bool
    final_status: str
    confirmations: int
    required: int
    tx_hash: Hash | None
    block_number: int | None
    deadline: Moment | None
    intents: list[Intent]
    transactions: list[Hash]


class TimelineEntry(Shown):
    """Who did what and when; `actor` is an address, `chain` or `parley`."""

    n: int
    kind: str
    actor: str
    side: str
    data: dict[str, Any]
    tx_hash: str | None
    block_number: int | None
    at: Moment


class Split(Shown):
    """The splits on offer, basis points to the buyer."""

    mine: int | None
    theirs: int | None


class TradeRow(Shown):
    """A trade in a list, as one of its people sees it. `buyer` and `seller` are addresses."""

    id: Code
    trade_id: Hash
    state: State
    ui_state: str
    version: int
    role: Literal["buyer", "seller", "arbiter"]
    is_maker: bool
    actions: list[str]
    primary: str | None
    frozen: bool
    offer: Code
    buyer: Address
    seller: Address
    peer: Person
    asset: str
    token: Address | None
    decimals: int
    amount: UnitsText
    amount_asset: DecimalText
    amount_fiat: DecimalText
    currency: str
    price: DecimalText
    method: str
    fee_bps: int
    fee: UnitsText
    buyer_gets: UnitsText
    to_buyer: UnitsText | None
    to_seller: UnitsText | None
    outcome: dict[str, Any]
    deadlines: Deadlines
    chain: Chain
    split: Split
    created_at: Moment
    agreed_at: Moment | None
    funded_at: Moment | None
    paid_at: Moment | None
    disputed_at: Moment | None
    finished_at: Moment | None


class Trade(TradeRow):
    """A trade in full: with the Terms to sign, what was agreed off chain, and everything that happened."""

    price_snapshot: dict[str, Any]
    terms: TypedData
    details: dict[str, Any]
    signed: dict[str, bool]
    timeline: list[TimelineEntry]


class Trades(Shown):
    """A page of one's own trades: open ones first, then ended ones, newest first."""

    items: list[TradeRow]
    next: str | None


class HowTo(Shown):
    """How to act: sign `typed_data` and post the signature, or send `call`; a token lock needs `approve` first.

    `call` is null for `settle` until the other side has signed. For `fund`, `typed_data` is an ERC-3009 authorization,
    null where the token takes none; signed, the node locks the coins and pays the gas, and neither call is needed. Its
    `validBefore` is the `valid_until` to post.
    """

    typed_data: TypedData | None = None
    call: Call | None = None
    approve: Call | None = None


class Acted(Shown):
    """The relay job, null where nothing was sent to the chain, and the trade's state now."""

    intent: Intent | None
    state: State


class Told(Shown):
    """A transaction the node now follows."""

    hash: Hash
