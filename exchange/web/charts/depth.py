"""How much could be bought and sold at which distance from the market."""

from collections.abc import Sequence
from decimal import Decimal

from exchange.core.money import from_units
from exchange.offers.depth import Level
from exchange.web.charts.figure import Cell, Chart, Column, Row
from exchange.web.numbers import distance_words
from exchange.web.units import CoinLike, MoneyLike, say_coins


def depth_chart(levels: Sequence[Level], *, coin: CoinLike, money: MoneyLike) -> Chart:
    """Return the chart of a pair's open offers."""
    is_empty = not any(level.to_buy or level.to_sell for level in levels)
    return Chart(
        key="depth",
        kind="steps",
        title=_finding(levels, coin=coin),
        caption=f"{coin.symbol} in open offers, summed from the best price on.",
        head="Distance from market",
        columns=(
            Column(key="buy", name="You can buy", unit=coin.symbol, ink="buy"),
            Column(key="sell", name="You can sell", unit=coin.symbol, ink="sell"),
        ),
        rows=() if is_empty else tuple(_row(level, coin=coin) for level in levels),
        nothing=f"No {coin.symbol} stands in the book for {money.code}, or there is no market price to measure by.",
        is_time=False,
    )


def _finding(levels: Sequence[Level], *, coin: CoinLike) -> str:
    """Say within which distance half of what is for sale can be bought."""
    total = levels[-1].to_buy if levels else 0
    if not total:
        return f"No {coin.symbol} is for sale just now"
    half = next(level for level in levels if 2 * level.to_buy >= total)
    where = "at or below market" if half.bps <= 0 else f"up to {distance_words(half.bps)}"
    return f"Half of the {coin.symbol} for sale is priced {where}"


def _row(level: Level, *, coin: CoinLike) -> Row:
    return Row(
        x=format(Decimal(level.bps) / 100, "f"),
        words=distance_words(level.bps),
        plain=format(Decimal(level.bps) / 100, "f"),
        cells=(_cell(level.to_buy, coin), _cell(level.to_sell, coin)),
    )


def _cell(units: int, coin: CoinLike) -> Cell:
    coins = from_units(units, decimals=coin.decimals).quantize(Decimal("0.0001"))
    return Cell(value=format(coins, "f"), words=say_coins(units, coin))
