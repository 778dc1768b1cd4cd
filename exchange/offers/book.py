"""The order book as a visitor reads it: pages in the order of what a coin costs now, best first, ties by age.

On request newest, most trusted or fastest makers first (`book_orders.py`).

A cursor holds the market price of the first page, so that a list read while prices move has neither gaps nor repeats;
what a row shows is always today's price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import connection

from exchange.accounts.models import Account
from exchange.catalog import queries as catalog
from exchange.catalog.countries import read_country
from exchange.catalog.models import Asset, Currency
from exchange.core.errors import Invalid
from exchange.offers.book_filters import Filters, Order, Position, Taker
from exchange.offers.book_orders import select_ordered
from exchange.offers.book_rows import BookRow, Reader, read_page
from exchange.offers.book_runs import direction, select_page
from exchange.offers.book_select import rows_asked, whole_rows
from exchange.offers.kept import CATALOG_MS, MARKET_MS, Shelf
from exchange.offers.models import Side
from exchange.offers.pricing import LEAST_PRICE
from exchange.prices import queries as prices
from exchange.prices.queries import Market

MOST_ROWS = 100
# A count stops here: "1,000+".
MOST_COUNTED = 1000
_SALT = "parley.offers.book"
_pairs: Shelf[tuple[Asset, Currency]] = Shelf(oldest_ms=CATALOG_MS, young_ms=CATALOG_MS)
_markets: Shelf[Market] = Shelf(oldest_ms=MARKET_MS)
_keys_of_methods: Shelf[tuple[int, ...]] = Shelf(oldest_ms=CATALOG_MS, young_ms=CATALOG_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asks of the book. `side` is theirs: `buy` lists offers from which they can buy.

    `amount` is fiat, `method` one slug or several (any of them), `country` where they are, `trades` how many finished
    trades a maker has at least, `takeable` leaves only what `viewer` can take (a visitor counts as new). The viewer's
    `finished_trades` (None: unknown) and `partners` are for the reasons, `blocked` are makers whose offers
    they do not want to see. A question narrows, it never shows more. `sort` is one of `Order`.
    """

    side: str
    asset: str
    currency: str
    amount: Decimal | None = None
    method: str | Sequence[str] | None = None
    country: str | None = None
    trades: int = 0
    takeable: bool = False
    maker: Account | None = None
    viewer: Account | None = None
    finished_trades: int | None = None
    partners: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()
    sort: str = Order.PRICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, the cursor of the next page (None on the last), and the market their prices were reckoned from."""

    items: list[BookRow]
    next: str | None
    market: Market


def book(*, now: datetime, cursor: str | None = None, limit: int = 25, **asked: Any) -> Page:
    """Return a page of active offers for the `Question` that `asked` makes.

    Raises `NotFound` for a pair that is not traded here, `Invalid` for a wrong side, country, limit or cursor.
    """
    question = Question(**asked)
    coin, money, market = _pair(question.asset, question.currency, now=now)
    filters = _filters(question, coin, money)
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid(fields={"/limit": f"Ask for 1 to {MOST_ROWS} rows."})
    place = f"{filters.side.value}/{coin.symbol}/{money.code}/{filters.order.value}"
    frozen, after = _read_cursor(cursor, place=place) if cursor else (_usable(market), None)
    sql, params = _select(filters, market=frozen, after=after, limit=rows_asked(limit + 1), now=now)
    reader = _reader(question, coin, money, market=market, now=now)
    found = read_page(sql, params, reader, direction=direction(filters.side), most=limit + 1)
    following = _write_cursor(found[limit - 1], market=frozen, place=place) if len(found) > limit else None
    return Page(items=[row for row, _, _ in found[:limit]], next=following, market=market)


def page_sql(*, now: datetime, limit: int = 25, **asked: Any) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a first page and its parameters, for plans and measurements."""
    filters, market = _asked(now=now, **asked)
    sql, params = _select(filters, market=market, after=None, limit=rows_asked(limit + 1), now=now)
    return whole_rows(sql, direction=direction(filters.side)), params


def count(*, now: datetime, **asked: Any) -> int:
    """Return how many offers the whole list has; `MOST_COUNTED` + 1 stands for more than can be counted cheaply."""
    filters, market = _asked(now=now, **asked)
    sql, params = select_page(filters, market=market, after=None, limit=MOST_COUNTED + 1, now=now)
    return _number(f"SELECT count(*) FROM ({sql}) counted", params)  # noqa: S608


def rank(price: Decimal, *, now: datetime, **asked: Any) -> int:
    """Return the place a new offer at `price` would have in the list, counted from 1; ties stand before it."""
    filters, market = _asked(now=now, **asked)
    sql, params = select_page(filters, market=market, after=None, limit=MOST_COUNTED + 1, now=now)
    better = "<=" if filters.side is Side.SELL else ">="
    counted = f"SELECT count(*) FROM ({sql}) counted WHERE NOT paused AND key {better} %(mine)s"  # noqa: S608
    return 1 + _number(counted, {**params, "mine": price})


def _select(
    filters: Filters, *, market: Decimal | None, after: Position | None, limit: int, now: datetime
) -> tuple[str, dict[str, Any]]:
    select = select_page if filters.order is Order.PRICE else select_ordered
    return select(filters, market=market, after=after, limit=limit, now=now)


def _asked(*, now: datetime, **asked: Any) -> tuple[Filters, Decimal | None]:
    question = Question(**asked)
    coin, money, market = _pair(question.asset, question.currency, now=now)
    return _filters(question, coin, money), _usable(market)


def _pair(asset: str, currency: str, *, now: datetime) -> tuple[Asset, Currency, Market]:
    """Return a pair and its market; all pages of a moment share one reading of them. Raises `NotFound`."""
    pair = (asset.upper(), currency.upper())
    coin, money = _pairs.read(pair, lambda: (catalog.asset(asset), catalog.currency(currency)))
    return coin, money, _markets.read(pair, lambda: prices.market(coin.symbol, money.code, now=now))


def _number(sql: str, params: dict[str, Any]) -> int:
    with connection.cursor() as connected:
        connected.execute(sql, params)
        (number,) = connected.fetchone()
    return int(number)


def _reader(question: Question, asset: Asset, currency: Currency, *, market: Market, now: datetime) -> Reader:
    return Reader(
        asset=asset,
        currency=currency,
        market=market,
        now=now,
        amount=question.amount,
        viewer=question.viewer.pk if question.viewer else None,
        finished_trades=question.finished_trades,
        partners=question.partners,
        blocked=question.blocked,
    )


def _filters(question: Question, asset: Asset, currency: Currency) -> Filters:
    if question.side not in Side.values:
        raise Invalid(fields={"/side": "Say buy or sell: what you want to do with the coins."})
    if question.sort not in set(Order):
        raise Invalid(fields={"/sort": f"Choose one of {', '.join(Order)}."})
    place = read_country(question.country) if question.country else None
    taker = None
    if question.takeable:
        who = question.viewer
        taker = Taker(
            account=who.pk if who else None, finished=question.finished_trades or 0, partners=question.partners
        )
    return Filters(
        side=Side.SELL if question.side == Side.BUY else Side.BUY,
        asset_id=asset.pk,
        currency=currency.code,
        decimals=asset.decimals,
        amount=question.amount,
        methods=_methods(currency, method=question.method, country=place),
        maker=question.maker.pk if question.maker else None,
        country=place,
        trades=question.trades,
        taker=taker,
        blocked=question.blocked,
        order=Order(question.sort),
    )


def _methods(currency: Currency, *, method: str | Sequence[str] | None, country: str | None) -> tuple[int, ...] | None:
    """Return the keys of the methods asked for that work in the country; None when anything goes."""
    slugs = [method] if isinstance(method, str) else list(method or ())
    if not slugs and not country:
        return None

    def read() -> tuple[int, ...]:
        found = catalog.methods(currency=currency.code, country=country, slugs=slugs or None)
        return tuple(one.pk for one in found)

    return _keys_of_methods.read((currency.code, country, *slugs), read)


def _usable(market: Market) -> Decimal | None:
    """Return the price that margins are reckoned from; None while it is stale."""
    return market.price if market.price is not None and market.price >= LEAST_PRICE else None


def _write_cursor(found: tuple[BookRow, bool, Decimal], *, market: Decimal | None, place: str) -> str:
    row, paused, key = found
    facts = {"l": place, "m": None if market is None else format(market, "f"), "p": paused, "k": format(key, "f")}
    return Signer(salt=_SALT).sign_object({**facts, "o": row.id}, compress=True)


def _read_cursor(cursor: str, *, place: str) -> tuple[Decimal | None, Position]:
    try:
        facts = Signer(salt=_SALT).unsign_object(cursor)
    except (BadSignature, ValueError) as error:
        raise Invalid(fields={"/cursor": "This is no cursor of this list. Begin again without one."}) from error
    if facts["l"] != place:
        raise Invalid(fields={"/cursor": "This cursor belongs to another list. Begin again without one."})
    market = None if facts["m"] is None else Decimal(facts["m"])
    return market, Position(paused=facts["p"], key=Decimal(facts["k"]), offer=facts["o"])
