"""The order book as a visitor reads it: pages in the order of what a coin costs now, best first, ties by age.

A cursor holds the market price of the first page, so that a list read while prices move has neither gaps nor repeats;
what a row shows is always today's price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.signing import BadSignature, Signer
from django.db import connection

from exchange.accounts.models import Account
from exchange.catalog import queries as catalog
from exchange.catalog.countries import read_country
from exchange.catalog.models import Asset, Currency
from exchange.core.errors import Invalid
from exchange.offers.book_rows import BookRow, Reader, read_rows
from exchange.offers.book_runs import Filters, Position, select_keys
from exchange.offers.models import Side
from exchange.offers.pricing import LEAST_PRICE
from exchange.prices import queries as prices
from exchange.prices.queries import Market

MOST_ROWS = 100
# A count stops here: "1,000+".
MOST_COUNTED = 1000
_SALT = "parley.offers.book"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, the cursor of the next page (None on the last), and the market their prices were reckoned from."""

    items: list[BookRow]
    next: str | None
    market: Market


def book(
    *,
    side: str,
    asset: str,
    currency: str,
    now: datetime,
    amount: Decimal | None = None,
    method: str | Sequence[str] | None = None,
    country: str | None = None,
    cursor: str | None = None,
    limit: int = 25,
    viewer: Account | None = None,
    finished_trades: int | None = None,
    maker: Account | None = None,
) -> Page:
    """Return a page of active offers. `side` is the caller's: `buy` lists offers from which the caller can buy.

    `amount` is fiat, `method` one slug or several (any of them), `finished_trades` the viewer's, for the reasons.
    Raises `NotFound` for a pair that is not traded here, `Invalid` for a wrong side, country, limit or cursor.
    """
    coin, money = catalog.asset(asset), catalog.currency(currency)
    filters = _filters(coin, money, side=side, amount=amount, method=method, country=country, maker=maker)
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid(fields={"/limit": f"Ask for 1 to {MOST_ROWS} rows."})
    market = prices.market(coin.symbol, money.code, now=now)
    place = f"{filters.side.value}/{coin.symbol}/{money.code}"
    frozen, after = _read_cursor(cursor, place=place) if cursor else (_usable(market), None)
    sql, params = select_keys(filters, market=frozen, after=after, limit=limit + 1)
    with connection.cursor() as connected:
        connected.execute(sql, params)
        found: list[tuple[int, bool, Decimal]] = connected.fetchall()
    shown = found[:limit]
    reader = Reader(
        asset=coin,
        currency=money,
        market=market,
        amount=amount,
        viewer=viewer.pk if viewer else None,
        finished_trades=finished_trades,
    )
    following = _write_cursor(shown[-1], market=frozen, place=place) if len(found) > limit else None
    return Page(items=read_rows([key for key, _, _ in shown], reader), next=following, market=market)


def count(
    *,
    side: str,
    asset: str,
    currency: str,
    now: datetime,
    amount: Decimal | None = None,
    method: str | Sequence[str] | None = None,
    country: str | None = None,
    maker: Account | None = None,
) -> int:
    """Return how many offers the whole list has; `MOST_COUNTED` + 1 stands for more than can be counted cheaply."""
    coin, money = catalog.asset(asset), catalog.currency(currency)
    filters = _filters(coin, money, side=side, amount=amount, method=method, country=country, maker=maker)
    market = _usable(prices.market(coin.symbol, money.code, now=now))
    sql, params = select_keys(filters, market=market, after=None, limit=MOST_COUNTED + 1)
    with connection.cursor() as connected:
        connected.execute(f"SELECT count(*) FROM ({sql}) counted", params)  # noqa: S608
        (number,) = connected.fetchone()
    return int(number)


def _filters(
    asset: Asset,
    currency: Currency,
    *,
    side: str,
    amount: Decimal | None,
    method: str | Sequence[str] | None,
    country: str | None,
    maker: Account | None,
) -> Filters:
    if side not in Side.values:
        raise Invalid(fields={"/side": "Say buy or sell: what you want to do with the coins."})
    return Filters(
        side=Side.SELL if side == Side.BUY else Side.BUY,
        asset_id=asset.pk,
        currency=currency.code,
        decimals=asset.decimals,
        amount=amount,
        methods=_methods(currency, method=method, country=country),
        maker=maker.pk if maker else None,
    )


def _methods(currency: Currency, *, method: str | Sequence[str] | None, country: str | None) -> tuple[int, ...] | None:
    """Return the keys of the methods asked for that work in the country; None when anything goes."""
    slugs = [method] if isinstance(method, str) else list(method or ())
    if not slugs and not country:
        return None
    place = read_country(country) if country else None
    found = catalog.methods(currency=currency.code, country=place, slugs=slugs or None)
    return tuple(one.pk for one in found)


def _usable(market: Market) -> Decimal | None:
    """Return the price that margins are reckoned from; None while it is stale."""
    return market.price if market.price is not None and market.price >= LEAST_PRICE else None


def _write_cursor(row: tuple[int, bool, Decimal], *, market: Decimal | None, place: str) -> str:
    offer, paused, key = row
    facts = {"l": place, "m": None if market is None else format(market, "f"), "p": paused, "k": format(key, "f")}
    return Signer(salt=_SALT).sign_object({**facts, "o": offer}, compress=True)


def _read_cursor(cursor: str, *, place: str) -> tuple[Decimal | None, Position]:
    try:
        facts = Signer(salt=_SALT).unsign_object(cursor)
    except (BadSignature, ValueError) as error:
        raise Invalid(fields={"/cursor": "This is no cursor of this list. Begin again without one."}) from error
    if facts["l"] != place:
        raise Invalid(fields={"/cursor": "This cursor belongs to another list. Begin again without one."})
    market = None if facts["m"] is None else Decimal(facts["m"])
    return market, Position(paused=facts["p"], key=Decimal(facts["k"]), offer=facts["o"])
