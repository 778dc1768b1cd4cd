"""What a coin costs on the market, from which sources, and how old that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from exchange.prices.median import SourceReading, find_median
from exchange.prices.models import MedianPrice, Reading
from exchange.prices.sources.registry import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The market price of one coin. `price` is None when nothing counts, and then `is_stale` says so."""

    asset: str
    currency: str
    price: Decimal | None
    sources: tuple[SourceReading, ...]
    age_seconds: int | None
    is_stale: bool
    label: str


def market(asset: str, currency: str, *, now: datetime) -> Market:
    """Return the market of one pair at `now`; a pair nobody quotes is stale and has no sources."""
    return markets([(asset, currency)], now=now)[asset, currency]


def markets(pairs: Iterable[tuple[str, str]], *, now: datetime) -> dict[tuple[str, str], Market]:
    """Return the markets of several pairs with one query."""
    wanted = list(dict.fromkeys(pairs))
    found: dict[tuple[str, str], list[SourceReading]] = {pair: [] for pair in wanted}
    rows = Reading.objects.filter(
        asset__in={asset for asset, _ in wanted}, currency__in={currency for _, currency in wanted}
    ).values_list("asset", "currency", "source", "price", "observed_at")
    for asset, currency, source, price, observed_at in rows.order_by("source"):
        if (asset, currency) in found:
            age = max(0, (now - observed_at) // timedelta(seconds=1))
            found[asset, currency].append(SourceReading(name=source, price=price, age_seconds=age))
    return {pair: _market(pair, readings) for pair, readings in found.items()}


def history(asset: str, currency: str, *, since: datetime) -> list[tuple[datetime, Decimal]]:
    """Return (moment, price) of one pair since a moment, oldest first, one a minute at most."""
    rows = MedianPrice.objects.filter(asset=asset, currency=currency, at__gte=since)
    return list(rows.order_by("at").values_list("at", "price"))


def price_of_yesterday(asset: str, currency: str, *, now: datetime) -> Decimal | None:
    """Return the last price that is at least a day old, for "up 2% in 24 hours"; None when there is none within two."""
    rows = MedianPrice.objects.filter(
        asset=asset, currency=currency, at__lte=now - timedelta(days=1), at__gte=now - timedelta(days=2)
    )
    return rows.order_by("-at").values_list("price", flat=True).first()


def _market(pair: tuple[str, str], readings: list[SourceReading]) -> Market:
    median = find_median(readings, max_age=settings.PRICE_MAX_AGE)
    return Market(
        asset=pair[0],
        currency=pair[1],
        price=median.price if median else None,
        sources=tuple(readings),
        age_seconds=median.age_seconds if median else min((one.age_seconds for one in readings), default=None),
        is_stale=median is None,
        label=label(),
    )
