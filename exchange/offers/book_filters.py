"""What is asked of the book once it is understood: keys instead of names, and the place where a page begins."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from exchange.offers.models import Side


class Order(StrEnum):
    """In which order the book is read; `price` is the best for the amount asked."""

    PRICE = "price"
    SPEED = "speed"
    TRUST = "trust"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who wants to take: the key of the account (None for a visitor), their finished trades, and with whom."""

    account: int | None = None
    finished: int = 0
    partners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows the book. `side` is the makers', `methods` keys of payment methods, `amount` fiat.

    `trades` is how many finished trades a maker has at least; `taker` leaves only what that person can take,
    `blocked` are keys of makers whom the reader has blocked.
    """

    side: Side
    asset_id: int
    currency: str
    decimals: int
    amount: Decimal | None = None
    methods: tuple[int, ...] | None = None
    maker: int | None = None
    country: str | None = None
    trades: int = 0
    taker: Taker | None = None
    blocked: frozenset[int] = frozenset()
    order: Order = Order.PRICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The last row of a page: whether it stood among the paused, its price (or margin, if paused) and its key.

    In another order than by price `key` is what that order goes by, with the sign that makes it grow as a price does.
    """

    paused: bool
    key: Decimal
    offer: int
