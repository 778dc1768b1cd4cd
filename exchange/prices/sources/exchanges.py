"""Public tickers of exchanges, through ccxt: it knows each one's addresses and the shape of its answers.

1. ccxt takes two seconds and 90 MB to import, so only the worker loads it, before its first reading (`load`).
2. Markets are handed to ccxt as data. Left alone it first downloads the list of all markets, megabytes of it.
3. Its requests go through `answers.get`, which bounds time and size; its numbers stay text until they are checked.
4. The price is the middle of bid and ask: the last trade may be hours old on a quiet market.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from typing import Any

from exchange.core import clock
from exchange.prices.sources import answers
from exchange.prices.sources.base import Quotation, SourceFailed

EVERY = 10
# Bid and ask further apart than this make no price.
WIDEST = Decimal("0.02")
# A clock that goes a little before ours is no reason to mistrust an answer.
AHEAD = timedelta(seconds=30)
_OLD_COINS = {"BTC": "XXBT", "ETH": "XETH"}
_OLD_CURRENCIES = {"USD": "ZUSD", "EUR": "ZEUR", "GBP": "ZGBP", "CAD": "ZCAD", "JPY": "ZJPY"}


def _kraken_market(asset: str, currency: str) -> str:
    """Return Kraken's id: coins and currencies of its first years carry a letter, but only when both do."""
    if asset in _OLD_COINS and currency in _OLD_CURRENCIES:
        return _OLD_COINS[asset] + _OLD_CURRENCIES[currency]
    return asset + currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """An exchange: its class in ccxt, and how it spells a pair."""

    kind: str
    market: Callable[[str, str], str]


VENUES: Mapping[str, Venue] = {
    "bitstamp": Venue(kind="bitstamp", market=lambda asset, currency: (asset + currency).lower()),
    "coinbase": Venue(kind="coinbaseexchange", market=lambda asset, currency: f"{asset}-{currency}"),
    "gemini": Venue(kind="gemini", market=lambda asset, currency: (asset + currency).lower()),
    "kraken": Venue(kind="kraken", market=_kraken_market),
}


@dataclass(frozen=True, slots=True)
class ExchangeSource:
    """One exchange's tickers of `pairs`; `url` replaces the address that ccxt knows."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    url: str = ""
    every: int = EVERY

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        """Return the pairs that could be read. Raises `SourceFailed` when it is none."""
        client = _client(self.name, self.pairs, self.url)
        quotations, failures = [], []
        for asset, currency in self.pairs:
            try:
                quotations.append(_quote(client, asset, currency, now=now))
            except SourceFailed as failure:
                failures.append(f"{asset}/{currency}: {failure}")
        if not quotations:
            raise SourceFailed("; ".join(failures) or "no pairs are configured")
        return quotations


def _quote(client: Any, asset: str, currency: str, *, now: datetime) -> Quotation:
    try:
        ticker = client.fetch_ticker(f"{asset}/{currency}")
    except SourceFailed:
        raise
    except Exception as error:
        raise SourceFailed(f"{type(error).__name__}: {str(error)[:200]}") from error
    if not isinstance(ticker, dict):
        raise SourceFailed("the answer holds no ticker")
    return Quotation(
        asset=asset, currency=currency, price=_middle(ticker), observed_at=_moment(ticker.get("timestamp"), now=now)
    )


def _middle(ticker: Mapping[str, Any]) -> Decimal:
    bid = answers.positive(ticker.get("bid"), what="the bid")
    ask = answers.positive(ticker.get("ask"), what="the ask")
    if bid > ask:
        raise SourceFailed(f"the bid {bid} is above the ask {ask}")
    middle = (bid + ask) / 2
    if ask - bid > middle * WIDEST:
        raise SourceFailed(f"bid {bid} and ask {ask} are too far apart")
    return middle


def _moment(milliseconds: object, *, now: datetime) -> datetime:
    """Return when the ticker was made by its own word, so that a frozen one grows old; without a word, now."""
    if milliseconds is None:
        return now
    if not isinstance(milliseconds, int) or not 0 < milliseconds < 10**14:
        raise SourceFailed(f"the time {str(milliseconds)[:40]!r} is none")
    told = clock.from_unix(milliseconds // 1000)
    if told > now + AHEAD:
        raise SourceFailed(f"its time {told:%Y-%m-%d %H:%M:%S} has not come yet")
    return min(told, now)


@cache
def load() -> Any:
    """Return ccxt, imported at the first call."""
    import ccxt

    return ccxt


@cache
def _client(name: str, pairs: tuple[tuple[str, str], ...], url: str) -> Any:
    venue = VENUES[name]
    client = getattr(load(), venue.kind)({"enableRateLimit": False})
    client.number = str  # binary fractions are its default
    client.fetch = _bounded(client)
    if url:
        client.urls["api"] = dict.fromkeys(client.urls["api"], url.rstrip("/"))
    client.set_markets([_market(venue, asset, currency) for asset, currency in pairs])
    return client


def _bounded(client: Any) -> Callable[..., Any]:
    """Return what ccxt calls for every request, in place of its own unbounded one."""

    def fetch(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
        answer = answers.get(url)
        parsed = answers.parse_json(answer.text) if answer.text.lstrip()[:1] in {"{", "["} else None
        client.handle_errors(
            answer.status, answer.reason, url, method, {}, answer.text, parsed, headers or {}, body
        )  # raises ccxt's error for what the exchange says in its own words
        if answer.status != HTTPStatus.OK:
            raise SourceFailed(f"it answered HTTP {answer.status}")
        if parsed is None:
            raise SourceFailed("the answer is no JSON")
        return parsed

    return fetch


def _market(venue: Venue, asset: str, currency: str) -> dict[str, Any]:
    return {
        "id": venue.market(asset, currency),
        "symbol": f"{asset}/{currency}",
        "base": asset,
        "quote": currency,
        "baseId": asset,
        "quoteId": currency,
        "type": "spot",
        "spot": True,
        "active": True,
        "precision": {},
        "limits": {},
    }
