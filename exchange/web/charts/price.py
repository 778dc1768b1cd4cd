"""The market price over time, and the band in which the middle half of trades was made."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from exchange.core import clock
from exchange.prices.history import Point
from exchange.trades.figures import Step
from exchange.web.charts.figure import EMPTY, Cell, Chart, Column, Row, change_words
from exchange.web.charts.ranges import Range
from exchange.web.numbers import fiat_words
from exchange.web.units import CoinLike, MoneyLike

_BPS = 10_000


def price_chart(
    points: Sequence[Point], steps: Sequence[Step], *, coin: CoinLike, money: MoneyLike, chosen: Range
) -> Chart:
    """Return the chart of a pair."""
    rows = tuple(_row(point, steps, money=money, fine=chosen.span <= timedelta(days=7)) for point in points)
    return Chart(
        key="price",
        kind="line",
        title=_finding(points, coin=coin, money=money, chosen=chosen),
        caption=f"Market price of one {coin.symbol}, and the band in which the middle half of trades was made.",
        head="Time",
        columns=(
            Column(key="market", name="Market", unit=money.code, ink="main"),
            Column(key="low", name="Trades from", unit=money.code, ink="band", legend="none"),
            Column(
                key="high",
                name="Trades to",
                unit=money.code,
                ink="band",
                band_from="low",
                legend="Middle half of trades",
            ),
        ),
        rows=rows,
        nothing=f"No market price of {coin.symbol} in {money.code} is on record for this range.",
    )


def _finding(points: Sequence[Point], *, coin: CoinLike, money: MoneyLike, chosen: Range) -> str:
    if not points:
        return f"No price of {coin.symbol} in {money.code} yet"
    first, last = points[0].price, points[-1].price
    now = fiat_words(last, currency=money.code, minor_units=money.minor_units)
    words = change_words(first, last)
    if words == "as much":
        return f"One {coin.symbol} costs {now}, as much as {chosen.ago}"
    return f"One {coin.symbol} costs {now}, {words} than {chosen.ago}"


def _row(point: Point, steps: Sequence[Step], *, money: MoneyLike, fine: bool) -> Row:
    step = next((one for one in steps if one.start <= point.at < one.end), None)
    low = _at(point.price, step.premium_low if step else None, money)
    high = _at(point.price, step.premium_high if step else None, money)
    return Row(
        x=str(clock.to_unix(point.at)),
        words=moment_words(point.at, fine=fine),
        plain=clock.to_text(point.at),
        cells=(_cell(point.price, money), low, high),
    )


def moment_words(at: datetime, *, fine: bool) -> str:
    """Return `24 Nov, 14:10`, or only the day."""
    here = timezone.localtime(at)
    return f"{here.day} {here:%b}, {here:%H:%M}" if fine else f"{here.day} {here:%b %Y}"


def _at(price: Decimal, premium: int | None, money: MoneyLike) -> Cell:
    return EMPTY if premium is None else _cell(price * (_BPS + premium) / _BPS, money)


def _cell(price: Decimal, money: MoneyLike) -> Cell:
    rounded = price.quantize(Decimal(1).scaleb(-max(money.minor_units, 2)))
    return Cell(value=format(rounded, "f"), words=fiat_words(price, currency=money.code, minor_units=money.minor_units))
