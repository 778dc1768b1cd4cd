"""Bodies of what is public: the node, the catalogue, prices and figures."""

from datetime import timedelta
from typing import Any, Literal

from exchange.api.schemas.fields import Address, DecimalText, Moment, Shown, UnitsText


class Info(Shown):
    """What a program needs to know of this node."""

    name: str
    api_version: str
    chain_id: int
    rpc_url: str
    escrow: Address
    escrow_code_hash: str
    arbiter: Address
    # Trades of more than so many coins of an asset name the panel, a Safe of whose owners several sign a ruling.
    panel: Address | None
    panel_above: dict[str, DecimalText]
    fee_bps: int
    confirmations: int
    relayer: str | None
    # What exit kits are signed with; null where the node has no key of its own.
    node_address: str | None
    demo: bool


class Asset(Shown):
    """A coin; `token` is null for the native coin."""

    symbol: str
    name: str
    chain_id: int
    token: Address | None
    decimals: int
    is_stable: bool


class Assets(Shown):
    """All assets."""

    items: list[Asset]
    next: None


class Currency(Shown):
    """A national currency."""

    code: str
    name: str
    minor_units: int


class Currencies(Shown):
    """All currencies."""

    items: list[Currency]
    next: None


class PaymentMethod(Shown):
    """A way to send money; `account_fields` is the JSON Schema of the payee's details."""

    slug: str
    name: str
    rail: str
    reversibility: str
    currencies: list[str]
    countries: list[str]
    account_fields: dict[str, Any]
    payment_window: int


class PaymentMethods(Shown):
    """Payment methods, all or those of a currency and country."""

    items: list[PaymentMethod]
    next: None


class Via(Shown):
    """How a price was crossed: quoted in `currency`, one of which was worth `rate`, by a reference rate of that age."""

    currency: str
    rate: DecimalText
    source: str
    age: int


class Source(Shown):
    """One source's price and its age in seconds; `via` is null for a price that it quotes itself."""

    name: str
    price: DecimalText
    age: int
    via: Via | None


class Price(Shown):
    """The median of the fresh sources; null and stale when there are too few, or while a leap is held back."""

    asset: str
    currency: str
    price: DecimalText | None
    sources: list[Source]
    age: int | None
    is_stale: bool
    is_held: bool
    label: str


HistoryRange = Literal["1h", "24h", "7d", "30d", "90d", "1y"]
HISTORY_SPANS: dict[str, timedelta] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
}


class HistoryPoint(Shown):
    """A step of time from `at` on: the last price in it, the lowest and the highest."""

    at: Moment
    price: DecimalText
    low: DecimalText
    high: DecimalText


class History(Shown):
    """The market price of the past; `step` is the length of a step in seconds."""

    asset: str
    currency: str
    step: int
    points: list[HistoryPoint]


class Held(Shown):
    """What the escrow holds of one token: locked in open trades, and credited but not withdrawn yet."""

    token: Address
    symbol: str | None
    locked: UnitsText
    credits: UnitsText


class Stats(Shown):
    """Escrow totals as of `block`."""

    block: int | None
    block_time: Moment | None
    stale: bool
    escrow: Address
    open_trades: int
    held: list[Held]
