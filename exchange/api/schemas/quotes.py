"""Bodies of a quote: everything a taker is told before committing to anything."""

from typing import Literal

from exchange.api.schemas.fields import DecimalText, Moment, Shown, UnitsText


class QuotedSource(Shown):
    """One source of a price and its age in seconds."""

    name: str
    price: DecimalText
    age: int


class QuotedMarket(Shown):
    """The market the price was held against."""

    price: DecimalText | None
    age: int | None
    label: str
    sources: list[QuotedSource]


class NetworkCost(Shown):
    """Who pays the network for what: signatures are relayed for free, the lock is the seller's own transaction."""

    paid_by: Literal["seller"]
    for_action: Literal["fund"]
    gas: int
    you_pay: bool


class QuotedDeadlines(Shown):
    """When each step ends if the trade began now."""

    accept_by: Moment | None
    lock_by: Moment
    pay_by: Moment
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int


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
    price_words: str
    market: QuotedMarket
    formula_sources: list[QuotedSource]
    network_cost: NetworkCost
    deadlines: QuotedDeadlines
    locked_by: Literal["maker", "taker"]
