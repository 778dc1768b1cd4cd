"""What a coin costs on the market, from which sources, and how old that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from exchange.prices.crosses import RateTable
from exchange.prices.median import SourceReading, Via, find_median
from exchange.prices.models import MedianPrice, Reading, ReferenceRate
from exchange.prices.sources.base import Rate
from exchange.prices.sources.registry import label

_FIELDS = ("asset", "currency", "source", "price", "observed_at", "via", "rate", "rate_source", "rate_at", "held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The market price of one coin. `price` is None when nothing counts, and then `is_stale` says so.

    `is_held`: the sources agree, on a price so far from the last one that it is not believed yet. `counted` is from how
    many of the sources the price comes.
    """

    asset: str
    currency: str
    price: Decimal | None
    sources: tuple[SourceReading, ...]
    age_seconds: int | None
    is_stale: bool
    label: str
    is_held: bool = False
    counted: int = 0


def market(asset: str, currency: str, *, now: datetime) -> Market:
    """Return the market of one pair at `now`; a pair nobody quotes is stale and has no sources."""
    return markets([(asset, currency)], now=now)[asset, currency]


def markets(
    pairs: Iterable[tuple[str, str]], *, now: datetime, with_held: bool = False
) -> dict[tuple[str, str], Market]:
    """Return the markets of several pairs with one query; `with_held` counts prices that the jump guard holds back."""
    wanted = list(dict.fromkeys(pairs))
    found: dict[tuple[str, str], list[SourceReading]] = {pair: [] for pair in wanted}
    held: set[tuple[str, str]] = set()
    rows = Reading.objects.filter(
        asset__in={asset for asset, _ in wanted}, currency__in={currency for _, currency in wanted}
    ).values_list(*_FIELDS)
    for asset, currency, source, price, observed_at, via, rate, rate_source, rate_at, is_held in rows.order_by(
        "source"
    ):
        pair = (asset, currency)
        if pair not in found:
            continue
        crossed = Via(currency=via, rate=rate, source=rate_source, age_seconds=_age(rate_at, now)) if via else None
        found[pair].append(SourceReading(name=source, price=price, age_seconds=_age(observed_at, now), via=crossed))
        if is_held and not with_held:
            held.add(pair)
    return {pair: _market(pair, readings, is_held=pair in held) for pair, readings in found.items()}


def price_of_yesterday(asset: str, currency: str, *, now: datetime) -> Decimal | None:
    """Return the last price that is at least a day old, for "up 2% in 24 hours"; None when there is none within two."""
    rows = MedianPrice.objects.filter(
        asset=asset, currency=currency, at__lte=now - timedelta(days=1), at__gte=now - timedelta(days=2)
    )
    return rows.order_by("-at").values_list("price", flat=True).first()


def rate_table(*, now: datetime, with_old: bool = False) -> RateTable:
    """Return the reference rates that are young enough, or all; those of the first configured source first."""
    order = {name: place for place, name in enumerate(settings.RATE_SOURCES)}
    rows = sorted(ReferenceRate.objects.filter(source__in=order), key=lambda row: order[row.source])
    rates = [
        (
            row.source,
            Rate(base=row.base, currency=row.currency, rate=row.rate, published_at=row.published_at),
        )
        for row in rows
    ]
    max_age = None if with_old else timedelta(seconds=settings.RATE_MAX_AGE)
    return RateTable(rates, max_age=max_age, now=now)


def _age(moment: datetime, now: datetime) -> int:
    return max(0, (now - moment) // timedelta(seconds=1))


def _market(pair: tuple[str, str], readings: list[SourceReading], *, is_held: bool) -> Market:
    counting = [one for one in readings if one.via is None or one.via.age_seconds <= settings.RATE_MAX_AGE]
    median = None if is_held else find_median(counting, max_age=settings.PRICE_MAX_AGE)
    return Market(
        asset=pair[0],
        currency=pair[1],
        price=median.price if median else None,
        sources=tuple(readings),
        age_seconds=median.age_seconds if median else min((one.age_seconds for one in readings), default=None),
        is_stale=median is None,
        label=label(),
        is_held=is_held,
        counted=len(median.used) if median else 0,
    )
