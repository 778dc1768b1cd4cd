"""Offers put straight into the table, in any number and mixture, and the brute-force reading they are held against."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from exchange.core import clock, money
from exchange.offers.book import book
from exchange.offers.book_rows import BookRow
from exchange.offers.models import Offer
from exchange.offers.pricing import effective_price, rule_of
from exchange.prices import queries as prices
from tests.builders import asset, currency, method, sara

ETHER = 10**18


@dataclass(frozen=True, kw_only=True)
class Wish:
    """An offer as a test wants it: one of `fixed`, `bps` and `formula` (what it gives; None: nothing just now)."""

    kind: str = "fixed"
    side: str = "sell"
    fixed: str | None = None
    bps: int | None = None
    gives: str | None = None
    is_stale: bool = False
    floor: str | None = None
    ceiling: str | None = None
    min_fiat: int = 100
    max_fiat: int = 5000
    remaining: int = 2 * ETHER
    methods: tuple[str, ...] = ("sepa-instant",)
    state: str = "active"
    visibility: str = "public"
    hidden: str = ""
    country: str = ""
    needs: int = 0
    first: int | None = None
    trust: int = 0
    speed: int = 60


def store(wish: Wish, **changes: Any) -> Offer:
    """Put the offer of `wish` into the table."""
    now = clock.now()
    facts: dict[str, Any] = {
        "maker": sara().account,
        "side": wish.side,
        "asset": asset(),
        "currency": currency(),
        "price_type": wish.kind,
        "fixed_price": wish.fixed,
        "margin_bps": wish.bps,
        "floor_price": wish.floor,
        "ceiling_price": wish.ceiling,
        "formula": "market(ETH/EUR)" if wish.kind == "formula" else "",
        "formula_price": wish.gives,
        "formula_until": None if wish.gives is None else now + timedelta(seconds=-1 if wish.is_stale else 600),
        "min_fiat": wish.min_fiat,
        "max_fiat": wish.max_fiat,
        "total_units": 2 * ETHER,
        "remaining_units": wish.remaining,
        "payment_window": 1800,
        "confirm_window": 1800,
        "arbitration_window": 86_400,
        "min_finished_trades": wish.needs,
        "first_trade_max": wish.first,
        "country": wish.country,
        "visibility": wish.visibility,
        "hidden": wish.hidden,
        "maker_trust": wish.trust,
        "maker_speed": wish.speed,
        "state": wish.state,
        "signature": "0x00",
        "created_at": now,
        "updated_at": now,
    }
    methods = [method(slug) for slug in wish.methods]
    made = Offer.objects.create(**{"method_keys": sorted(one.pk for one in methods), **facts, **changes})
    made.methods.set(methods)
    return made


def plain(side: str = "sell", price: str = "3000", **changes: Any) -> Offer:
    """Put an offer with a fixed price into the table."""
    return store(Wish(side=side, fixed=price), **changes)


def floating(bps: int, side: str = "sell", floor: str | None = None, ceiling: str | None = None) -> Offer:
    """Put an offer with a margin into the table."""
    return store(Wish(kind="margin", side=side, bps=bps, floor=floor, ceiling=ceiling))


def walk(*, limit: int, **query: Any) -> Iterator[BookRow]:
    """Yield the rows of every page, each held to its size."""
    cursor = None
    while True:
        page = book(asset="ETH", currency="EUR", now=clock.now(), cursor=cursor, limit=limit, **query)
        assert len(page.items) <= limit
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
        assert len(page.items) == limit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of the book, for the brute-force reading."""

    side: str
    amount: Decimal | None = None
    method: str | None = None
    country: str | None = None
    trades: int = 0
    takeable: bool = False
    sort: str = "price"

    def query(self) -> dict[str, Any]:
        """Return the same question for `book`."""
        return {name: value for name, value in asdict(self).items() if value not in (None, 0, False)}


def brute_force(offers: list[Offer], asked: Asked, *, finished: int = 0) -> list[str]:
    """Return the codes as a plain sort of all offers gives them; `finished` is what the maker has behind them."""
    now = clock.now()
    market = prices.market("ETH", "EUR", now=now)
    wanted = "sell" if asked.side == "buy" else "buy"
    sign = 1 if asked.side == "buy" else -1
    found: list[tuple[int, Decimal, int, str]] = []
    for one in offers:
        one.refresh_from_db()
        price = effective_price(rule_of(one), market, now=now)
        if one.side != wanted or not _is_listed(one, asked, finished=finished) or not _fits(one, price, asked):
            continue
        if price is not None:
            place = {"price": sign * price, "newest": -one.pk, "trust": -one.maker_trust, "speed": one.maker_speed}
            found.append((0, Decimal(place[asked.sort]), one.pk, one.code))
        elif one.price_type == "margin":
            found.append((1, sign * Decimal(one.margin_bps or 0), one.pk, one.code))
        else:
            found.append((2, Decimal(0), one.pk, one.code))
    return [code for *_, code in sorted(found)]


def _is_listed(one: Offer, asked: Asked, *, finished: int) -> bool:
    if (one.state, one.visibility, one.hidden) != ("active", "public", "") or finished < asked.trades:
        return False
    works_there = asked.country is None or one.country in {"", asked.country}
    return works_there and (asked.method is None or one.methods.filter(slug=asked.method).exists())


def _fits(one: Offer, price: Decimal | None, asked: Asked) -> bool:
    amount = asked.amount
    if amount is not None and not one.min_fiat <= amount <= one.max_fiat:
        return False
    if asked.takeable:
        too_much = amount is not None and one.first_trade_max is not None and amount > one.first_trade_max
        if price is None or one.min_finished_trades > 0 or too_much:
            return False
    if price is None:
        return True
    least = money.coins_for(amount if amount is not None else one.min_fiat, price=price, decimals=18)
    return 0 < least <= one.remaining_units
