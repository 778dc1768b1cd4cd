"""Bodies of offers: what a maker writes, what the book shows, what a taker asks."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from exchange.api.schemas.fields import (
    Body,
    Bps,
    Code,
    CurrencyCode,
    DecimalText,
    Moment,
    Peer,
    Positive,
    PositiveText,
    Seconds,
    Shown,
    Signature,
    Slug,
    Symbol,
    TypedData,
    UnitsText,
    Version,
)

Margin = Annotated[int, Field(ge=-5_000, le=10_000, description="Basis points above (or below) the market.")]
Methods = Annotated[list[Slug], Field(min_length=1, max_length=10)]
TermsText = Annotated[str, StringConstraints(max_length=2000)]
TradeCount = Annotated[int, Field(ge=0, le=1000)]


class FixedPrice(Body):
    """So much fiat for one coin."""

    type: Literal["fixed"]
    value: PositiveText


class MarginPrice(Body):
    """The market price and a margin, optionally never below `floor` or above `ceiling`."""

    type: Literal["margin"]
    bps: Margin
    floor: PositiveText | None = None
    ceiling: PositiveText | None = None


PriceRule = Annotated[FixedPrice | MarginPrice, Field(discriminator="type")]


class MakeOffer(Body):
    """`POST /offers`. `side` is the maker's; `total_asset` is coins; windows are seconds.

    Without `payment_window` it is the usual one of the payment methods.
    """

    side: Literal["sell", "buy"]
    asset: Symbol
    currency: CurrencyCode
    price: PriceRule
    min_fiat: PositiveText
    max_fiat: PositiveText
    total_asset: PositiveText
    methods: Methods
    terms_text: TermsText = ""
    payment_window: Seconds | None = None
    confirm_window: Seconds = 86_400
    arbitration_window: Seconds = 7 * 86_400
    fallback_buyer_bps: Bps = 5000
    approve_by_hand: bool = False
    min_finished_trades: TradeCount = 0


class EditOffer(Body):
    """`PATCH /offers/{id}`: what is left out stays. `state` pauses and resumes; other changes need a new signature."""

    version: Version | None = None
    state: Literal["active", "paused"] | None = None
    price: PriceRule | None = None
    min_fiat: PositiveText | None = None
    max_fiat: PositiveText | None = None
    total_asset: PositiveText | None = None
    methods: Methods | None = None
    terms_text: TermsText | None = None
    payment_window: Seconds | None = None
    confirm_window: Seconds | None = None
    arbitration_window: Seconds | None = None
    fallback_buyer_bps: Bps | None = None
    approve_by_hand: bool | None = None
    min_finished_trades: TradeCount | None = None


class SignOffer(Body):
    """`POST /offers/{id}/signature`."""

    signature: Signature


class TakeOffer(Body):
    """`POST /offers/{id}/take`: one of the two amounts, and the quote the taker has seen."""

    amount_fiat: Positive | None = None
    amount_asset: Positive | None = None
    method: Slug
    quote: Annotated[str, StringConstraints(max_length=1024)] | None = None


class BookQuery(Body):
    """What narrows the book. `side` is the caller's: `buy` lists offers from which the caller can buy."""

    side: Literal["buy", "sell"]
    asset: Symbol = "ETH"
    currency: CurrencyCode = "EUR"
    amount: Positive | None = None
    method: Slug | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")] | None = None


class BookRow(Shown):
    """One offer in a list. `get_amount` is what the asked amount buys or brings, in coins."""

    id: Code
    side: Literal["sell", "buy"]
    maker: Peer
    asset: str
    currency: str
    price: DecimalText | None
    price_type: str
    margin_bps: int | None
    market_age: int | None
    min_fiat: DecimalText
    max_fiat: DecimalText
    methods: list[str]
    payment_window: int
    get_amount: DecimalText | None
    state: str
    version: int
    takeable: bool
    reason: str | None


class Book(Shown):
    """A page of the book, best effective price first."""

    items: list[BookRow]
    next: str | None


class OfferRule(Shown):
    """The price rule as the maker wrote it."""

    type: str
    value: DecimalText | None = None
    bps: int | None = None
    floor: DecimalText | None = None
    ceiling: DecimalText | None = None


class Offer(BookRow):
    """One offer in full."""

    price_rule: OfferRule
    total_asset: DecimalText
    remaining_asset: DecimalText
    remaining: UnitsText
    terms_text: str
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int
    approve_by_hand: bool
    min_finished_trades: int
    typed_data: TypedData
    signature: str | None
    created_at: Moment
    updated_at: Moment


class Offers(Shown):
    """A page of one's own offers, newest first."""

    items: list[Offer]
    next: str | None


class Quote(Shown):
    """What a take would give now: coins for fiat at a price that holds until `expires_at`."""

    quote: str
    expires_at: Moment
    price: DecimalText
    currency: str
    amount_fiat: DecimalText
    asset: str
    amount: UnitsText
    amount_asset: DecimalText
    fee_bps: int
    fee: UnitsText
    buyer_gets: UnitsText
