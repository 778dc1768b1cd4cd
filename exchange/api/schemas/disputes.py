"""Bodies of disputes: both sides' statements and the arbiter's part."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from exchange.api.schemas.fields import (
    Address,
    Body,
    Bps,
    Call,
    Code,
    DecimalText,
    Intent,
    Moment,
    Shown,
    Signature,
    TypedData,
    UnitsText,
)
from exchange.api.schemas.trades import TradeRow, UnixTime

Reason = Literal[
    "not-received",
    "not-released",
    "wrong-amount",
    "other-name",
    "no-answer",
    "asked-off-site",
    "reversed",
    "other",
]
CaseState = Literal["open", "claimed", "proposed", "ruled", "closed"]
ReasonCode = Annotated[int, Field(ge=1, le=7, description="Why, as on chain; docs/api.md lists them.")]
# The dispute's own rules say how much must be written; this only bounds what is read at all.
LongText = Annotated[str, StringConstraints(min_length=1, max_length=6000)]


class MakeStatement(Body):
    """`POST /trades/{id}/dispute`: what happened and which share of the coins the buyer should get."""

    reason: Reason
    wish_bps: Bps
    statement: LongText


class Statement(Shown):
    """One party's statement."""

    by: Address
    name: str
    side: Literal["buyer", "seller"]
    reason: str
    wish_bps: int
    text: str
    at: Moment


class Ruling(Shown):
    """What the arbiter decided; `signed`: by a signature that the node relays.

    Of a panel `signatures_needed` members must sign; `signers` are those who have.
    """

    buyer_bps: int
    reason_code: int
    findings: str
    signed: bool
    signers: list[str]
    signatures_needed: int
    at: Moment


class Dispute(Shown):
    """One case; its id is the trade's."""

    id: Code
    state: CaseState
    reason: str | None
    opened_at: Moment
    opened_by: Address | None
    rule_by: Moment | None
    arbiter: Address | None
    arbiter_name: str | None
    claimed_at: Moment | None
    closed_at: Moment | None
    statements: list[Statement]
    ruling: Ruling | None


class CaseRow(Shown):
    """A case in the arbiters' queue; `refusal` says why the caller cannot claim it."""

    id: Code
    state: CaseState
    rule_by: Moment | None
    opened_at: Moment
    reason: str | None
    asset: str
    amount: UnitsText
    amount_asset: DecimalText
    amount_fiat: DecimalText
    currency: str
    method: str
    statements: int
    arbiter: Address | None
    refusal: str | None
    # A colleague's ruling for the caller's panel lacks the caller's signature.
    can_sign: bool


class Cases(Shown):
    """The queue, the nearest deadline first."""

    items: list[CaseRow]
    next: str | None


class Case(Dispute):
    """A claimed case with its trade."""

    trade: TradeRow


class RulingForm(Shown):
    """How to rule: sign `typed_data` and post the signature, or send `call` from the arbiter's wallet.

    `ruling_data` is what the contract checks. It is what is signed too, unless the Terms name a panel: then
    `typed_data` is the Safe's message that holds its digest, and `panel` the Safe, of whose owners several must sign.
    """

    call: Call
    typed_data: TypedData
    ruling_data: TypedData
    panel: Address | None


class Proposal(Shown):
    """A panel's ruling that lacks signatures, and what the caller signs to agree to it.

    The digest of `terms` is the trade's id, which `ruling_data` names; the digest of that is in the Safe's message
    `typed_data`. So a program can check all of it before the wallet signs.
    """

    ruling: Ruling
    by: Address
    panel: Address
    terms: TypedData
    ruling_data: TypedData
    typed_data: TypedData


class CoSign(Body):
    """`POST /arbiter/cases/{id}/signature`: the caller's signature of the `typed_data` that GET gives."""

    signature: Signature


class Rule(Body):
    """`POST /arbiter/cases/{id}/ruling`: without `signature` the answer holds the `call` for the arbiter's wallet.

    `valid_until` is the one in the typed data that was signed; left out, the one the node last gave is meant.
    """

    buyer_bps: Bps
    reason_code: ReasonCode
    findings: LongText
    private_note: Annotated[str, StringConstraints(max_length=2000)] = ""
    signature: Signature | None = None
    valid_until: UnixTime | None = None


class Ruled(Shown):
    """The ruling, and how it reaches the chain: a relay job, or the arbiter's own transaction."""

    ruling: Ruling
    intent: Intent | None
    call: Call | None


class Recused(Shown):
    """A case given back."""

    id: Code
    state: CaseState
