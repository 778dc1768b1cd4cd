"""What the node answers, as far as programs rely on it. Answers may carry more."""

from typing import Any, Literal, NotRequired, TypedDict

Side = Literal["buy", "sell"]
Action = Literal["mark_paid", "release", "cancel", "dispute"]
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


class TypedData(TypedDict):
    """A complete object for EIP-712."""

    types: dict[str, Any]
    primaryType: str
    domain: dict[str, Any]
    message: dict[str, Any]


class Info(TypedDict):
    """`GET /info`."""

    name: str
    api_version: str
    chain_id: int
    rpc_url: str
    escrow: str
    escrow_code_hash: str
    arbiter: str
    panel: str | None
    panel_above: dict[str, str]
    fee_bps: int
    confirmations: int
    relayer: str | None
    demo: bool


class Person(TypedDict):
    """An account as others see it."""

    address: str
    name: str


class Offer(TypedDict):
    """An offer in the book; `typed_data` and what follows it only in one's own, or one read by itself."""

    id: str
    side: Side
    maker: Person
    asset: str
    currency: str
    price: str | None
    price_type: str
    min_fiat: str
    max_fiat: str
    methods: list[str]
    payment_window: int
    state: str
    version: int
    takeable: bool
    reason: str | None
    typed_data: NotRequired[TypedData]
    confirm_window: NotRequired[int]
    arbitration_window: NotRequired[int]
    fallback_buyer_bps: NotRequired[int]


class TransactionCall(TypedDict):
    """A transaction to send with one's own wallet."""

    to: str
    data: str
    value: str
    chain_id: int


class HowTo(TypedDict):
    """`GET /trades/{id}/actions/{action}`."""

    typed_data: TypedData | None
    call: TransactionCall | None
    approve: TransactionCall | None


class Trade(TypedDict):
    """A trade as one of its parties sees it. `amount` is base units."""

    id: str
    trade_id: str
    state: State
    version: int
    role: Literal["buyer", "seller", "arbiter"]
    actions: list[str]
    buyer: str
    seller: str
    asset: str
    token: str | None
    decimals: int
    amount: str
    amount_fiat: str
    currency: str
    price: str
    method: str
    fee_bps: int
    terms: TypedData
    details: dict[str, Any]
    deadlines: dict[str, str | None]
    chain: dict[str, Any]
