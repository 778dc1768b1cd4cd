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
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
LinkKey = Annotated[str, StringConstraints(max_length=64)]
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


class FormulaPrice(Body):
    """Named sources, numbers, + - * / ( ) min max median: `median(market(ETH/EUR), kraken(ETH/EUR)) * 1.01`."""

    type: Literal["formula"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    floor: PositiveText | None = None
    ceiling: PositiveText | None = None


PriceRule = Annotated[FixedPrice | MarginPrice | FormulaPrice, Field(discriminator="type")]


class WorkingHours(Body):
    """When takers may come: times of day in `time_zone`; an `end` before `start` runs over midnight."""

    start: ClockTime
    end: ClockTime
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] = [1, 2, 3, 4, 5, 6, 7]


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
    first_trade_max: PositiveText | None = None
    country: CountryCode | None = None
    working_hours: WorkingHours | None = None
    visibility: Literal["public", "link"] = "public"


class EditOffer(Body):
    """`PATCH /offers/{id}`: what is left out stays. `state` pauses and resumes; other changes need a new signature.

    `first_trade_max`, `country` and `working_hours` are taken away by null.
    """

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
    first_trade_max: PositiveText | None = None
    country: CountryCode | None = None
    working_hours: WorkingHours | None = None
    visibility: Literal["public", "link"] | None = None


class SignOffer(Body):
    """`POST /offers/{id}/signature`."""

    signature: Signature


class TakeOffer(Body):
    """`POST /offers/{id}/take`: one of the two amounts, and the quote the taker has seen."""

    amount_fiat: Positive | None = None
    amount_asset: Positive | None = None
    method: Slug
    quote: Annotated[str, StringConstraints(max_length=1024)] | None = None
    key: LinkKey | None = None


class TakeBreak(Body):
    """`POST /me/break`: for so many seconds, or until one returns when it is left out."""

    seconds: Annotated[int, Field(ge=60, le=90 * 86_400)] | None = None


class BookQuery(Body):
    """What narrows the book. `side` is the caller's: `buy` lists offers from which the caller can buy.

    `method` may be given several times (any of them). `trades` is how many finished trades the maker has at least,
    `takeable=true` leaves only what the caller can take now. `sort` is by effective price (best first), by the makers'
    median time to release, by their trust (docs/market.md), or newest first.
    """

    side: Literal["buy", "sell"]
    asset: Symbol = "ETH"
    currency: CurrencyCode = "EUR"
    amount: Positive | None = None
    method: Annotated[list[Slug], Field(max_length=10)] = []
    country: CountryCode | None = None
    # A query is text, so these two are read leniently.
    trades: Annotated[int, Field(ge=0, le=1000, strict=False)] = 0
    takeable: Annotated[bool, Field(strict=False)] = False
    sort: Literal["price", "speed", "trust", "newest"] = "price"


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
    min_finished_trades: int
    first_trade_max: DecimalText | None
    approve_by_hand: bool
    country: str | None
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
    text: str | None = None
    floor: DecimalText | None = None
    ceiling: DecimalText | None = None


class HoursShown(Shown):
    """Working hours as the maker wrote them."""

    start: str
    end: str
    days: list[int]
    time_zone: str


class Offer(BookRow):
    """One offer in full. `hidden` says why the book leaves an active offer out (break, hours, empty, price, sign).

    `link` is where an offer by link is found; only its maker reads it here.
    """

    price_rule: OfferRule
    total_asset: DecimalText
    remaining_asset: DecimalText
    remaining: UnitsText
    terms_text: str
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int
    working_hours: HoursShown | None
    visibility: str
    hidden: str | None
    link: str | None
    typed_data: TypedData
    signature: str | None
    created_at: Moment
    updated_at: Moment


class Offers(Shown):
    """A page of one's own offers, newest first."""

    items: list[Offer]
    next: str | None


class BreakShown(Shown):
    """A break: `until` is null when it lasts until one returns; `hidden` and `shown` count offers that went or came."""

    on_break: bool
    until: Moment | None
    changed: int
