"""What was traded, and how soon sellers released: both in steps that hold at least five trades."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from exchange.core import clock
from exchange.core.money import from_units
from exchange.trades.figures import LEAST, Step
from exchange.web.charts.figure import EMPTY, Cell, Chart, Column, Row, middle
from exchange.web.numbers import number_words
from exchange.web.times import span_words
from exchange.web.units import CoinLike, MoneyLike, say_coins

_NOTHING = f"Fewer than {LEAST} trades ended in this range. Less than that is not shown, so that nobody is exposed."


def volume_chart(steps: Sequence[Step], *, coin: CoinLike, money: MoneyLike) -> Chart:
    """Return the chart of coins traded a day."""
    return Chart(
        key="volume",
        kind="blocks",
        title=_volume_finding(steps, coin=coin),
        caption=f"{coin.symbol} traded for {money.code} a day, averaged over days that hold at least {LEAST} trades.",
        head="Days",
        columns=(
            Column(key="volume", name="Traded a day", unit=coin.symbol, ink="main"),
            Column(key="trades", name="Trades", unit="trades", ink="none"),
        ),
        rows=tuple(_row(step, (_a_day(step, coin), _count(step)), at=step.start) for step in steps),
        nothing=_NOTHING,
    )


def release_chart(steps: Sequence[Step], *, coin: CoinLike) -> Chart:
    """Return the chart of the time from "paid" to release."""
    timed = [step for step in steps if step.release_median is not None]
    return Chart(
        key="release",
        kind="line",
        title=_release_finding(timed),
        caption=f"Minutes from the buyer's word that the money is sent to the release of the {coin.symbol}.",
        head="Days",
        columns=(
            Column(key="median", name="Half released within", unit="min", ink="main"),
            Column(key="slow", name="9 of 10 within", unit="min", ink="quiet"),
        ),
        rows=tuple(
            _row(
                step,
                (_minutes(step.release_median), _minutes(step.release_slow)),
                at=step.start + (step.end - step.start) / 2,
            )
            for step in timed
        ),
        nothing=_NOTHING,
    )


def _volume_finding(steps: Sequence[Step], *, coin: CoinLike) -> str:
    if not steps:
        return "Too few trades to show a volume"
    units, days = sum(step.units for step in steps), sum(step.days for step in steps)
    return f"{say_coins(units // days, coin)} changes hands on an average day"


def _release_finding(timed: Sequence[Step]) -> str:
    medians = [Decimal(step.release_median) for step in timed if step.release_median is not None]
    if not medians:
        return "Too few trades to show release times"
    return f"Half of the sellers release within {span_words(int(middle(medians)))}"


def _row(step: Step, cells: tuple[Cell, ...], *, at: datetime) -> Row:
    last = step.end - timedelta(days=1)
    first_words, last_words = (f"{moment.day} {moment:%b %Y}" for moment in map(timezone.localtime, (step.start, last)))
    words = first_words if step.days == 1 else f"{first_words} to {last_words}"
    days = step.start.date().isoformat() if step.days == 1 else f"{step.start.date()}/{last.date()}"
    return Row(x=str(clock.to_unix(at)), words=words, plain=days, cells=cells, end=str(clock.to_unix(step.end)))


def _a_day(step: Step, coin: CoinLike) -> Cell:
    coins = from_units(step.units // step.days, decimals=coin.decimals).quantize(Decimal("0.000001"))
    return Cell(value=format(coins, "f"), words=say_coins(step.units // step.days, coin))


def _count(step: Step) -> Cell:
    return Cell(value=str(step.trades), words=number_words(Decimal(step.trades), most=0))


def _minutes(seconds: int | None) -> Cell:
    if seconds is None:
        return EMPTY
    return Cell(value=format((Decimal(seconds) / 60).quantize(Decimal("0.1")), "f"), words=span_words(seconds))
