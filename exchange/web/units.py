"""The units an amount is written in: any object with these fields will do, a row of the catalogue or one of these."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from exchange.web.numbers import coins_words, fiat_words


class CoinLike(Protocol):
    """A coin: `Asset` rows and `Coin` both fit."""

    @property
    def symbol(self) -> str:
        """What the coin is called: `ETH`."""

    @property
    def decimals(self) -> int:
        """Decimals of the base unit."""

    @property
    def is_stable(self) -> bool:
        """Whether two decimals are enough."""


class MoneyLike(Protocol):
    """A currency: `Currency` rows and `Money` both fit."""

    @property
    def code(self) -> str:
        """The ISO code."""

    @property
    def minor_units(self) -> int:
        """Decimals of the smallest unit."""


@dataclass(frozen=True, slots=True)
class Coin:
    """Symbol, decimals of the base unit, and whether it is a stablecoin (written with two decimals)."""

    symbol: str
    decimals: int
    is_stable: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    """ISO code and decimals of the minor unit."""

    code: str
    minor_units: int = 2


def say_coins(units: int, coin: CoinLike, *, full: bool = False) -> str:
    """Return base units as coins: `0.080092 ETH`."""
    return coins_words(units, decimals=coin.decimals, symbol=coin.symbol, is_stable=coin.is_stable, full=full)


def say_fiat(value: Decimal, money: MoneyLike) -> str:
    """Return money with its code: `250.00 EUR`."""
    return fiat_words(value, currency=money.code, minor_units=money.minor_units)
