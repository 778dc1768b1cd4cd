"""Demo prices: a seeded walk that needs no internet, always labelled as such.

The walk is value noise in whole numbers: for each of several periods a hash of (seed, coin, period, step) gives the
height at every step, and in between it is interpolated. So any moment's price is computed without a history, two
processes agree to the last digit, and the price wanders like a market without ever leaving its range.
"""

import hashlib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from exchange.core import clock
from exchange.prices.sources.base import PriceSource, Quotation

LABEL = "Demo prices"
SEED = "parley-demo"
# The walk moves in steps of so many seconds.
BUCKET = 5
# (period in seconds, share of the swing in thousandths): slow waves are high, quick ones are ripples.
_WAVES = ((86_400, 620), (10_800, 250), (1_800, 90), (300, 30), (60, 10))
_UNIT = 10**12
_RATES = Path(__file__).parent.parent / "data" / "demo_rates.toml"
_PLACES = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True)
class Coin:
    """The middle of a coin's walk in US dollars, and how far it may wander, in basis points."""

    usd: Decimal
    swing_bps: int


class PastPrice(NamedTuple):
    """A price of the walk at a moment that is over."""

    asset: str
    currency: str
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoSource:
    """One of several sources that follow the same walk `spread_bps` apart, each with a little noise of its own."""

    name: str
    spread_bps: int
    seed: str = SEED
    every: int = BUCKET

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        """Return the price of every demo coin in every demo currency in the running bucket of time."""
        bucket = clock.to_unix(now) // BUCKET
        observed_at = clock.from_unix(bucket * BUCKET)
        dollars = {asset: self.dollars(asset, bucket=bucket) for asset in coins()}
        return [
            Quotation(
                asset=asset,
                currency=currency,
                price=(dollars[asset] * rate).quantize(_PLACES, rounding=ROUND_HALF_UP),
                observed_at=observed_at,
            )
            for asset in coins()
            for currency, rate in rates().items()
        ]

    def dollars(self, asset: str, *, bucket: int) -> Decimal:
        """Return the price of a coin in US dollars in one bucket of time."""
        coin = coins()[asset]
        walked = coin.usd * (1 + _bps(coin.swing_bps) * _walk(f"{self.seed}/{asset}", bucket * BUCKET) / _UNIT)
        own = _noise(f"{self.seed}/{self.name}/{asset}", bucket)
        spread = _bps(self.spread_bps) + _bps(2) * own / _UNIT
        # Sources agree better on a coin that hardly moves.
        return walked * (1 + (spread if coin.swing_bps > 100 else spread / 10))


def past(currencies: Collection[str], *, since: datetime, until: datetime, step: timedelta) -> Iterator[PastPrice]:
    """Yield what the middle source would have said at every step of the past, for charts."""
    middle = DemoSource("demo-middle", 0)
    at = since
    while at < until:
        bucket = clock.to_unix(at) // BUCKET
        for asset in coins():
            dollars = middle.dollars(asset, bucket=bucket)
            for currency in currencies:
                price = (dollars * rates()[currency]).quantize(_PLACES, rounding=ROUND_HALF_UP)
                yield PastPrice(asset, currency, price, at)
        at += step


def demo_sources() -> tuple[PriceSource, ...]:
    """Return three sources close to each other, so that their median means something."""
    return (DemoSource("demo-north", -7), DemoSource("demo-middle", 0), DemoSource("demo-south", 9))


@cache
def rates() -> Mapping[str, Decimal]:
    """Return the demo's units of each currency for one US dollar."""
    return {code: Decimal(rate) for code, rate in _table()["usd"].items()}


@cache
def coins() -> Mapping[str, Coin]:
    """Return the demo's coins by symbol."""
    return {symbol: Coin(Decimal(facts["usd"]), facts["swing_bps"]) for symbol, facts in _table()["coins"].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_RATES.read_text(encoding="utf-8"))


def _walk(key: str, seconds: int) -> int:
    """Return where the walk stands, from -10^12 to 10^12 of the swing."""
    return sum(share * _wave(f"{key}/{period}", seconds, period) for period, share in _WAVES) // 1000


def _wave(key: str, seconds: int, period: int) -> int:
    step, into = divmod(seconds, period)
    before, after = _noise(key, step), _noise(key, step + 1)
    return before + (after - before) * into // period


def _noise(key: str, step: int) -> int:
    """Return a fixed random number from -10^12 to 10^12 for `step`."""
    digest = hashlib.sha256(f"{key}/{step}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (2 * _UNIT + 1) - _UNIT


def _bps(count: int) -> Decimal:
    return Decimal(count) / 10_000
