"""The prices a formula may name: every source's own, every reference rate, and the pair's market price as `market`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from exchange.prices import queries
from exchange.prices.formula.evaluate import SourceValue
from exchange.prices.formula.tree import MARKET, SourceName
from exchange.prices.models import Reading, ReferenceRate


def known_names() -> frozenset[SourceName]:
    """Return every name a formula may use: what was read of late."""
    told = [SourceName(*row) for row in Reading.objects.values_list("source", "asset", "currency")]
    markets = [SourceName(MARKET, name.asset, name.currency) for name in told]
    rated: dict[str, set[str]] = {}
    for source, base, currency in ReferenceRate.objects.values_list("source", "base", "currency"):
        rated.setdefault(source, set()).update((base, currency))
    crosses = [
        SourceName(source, base, currency)
        for source, codes in rated.items()
        for base in codes
        for currency in codes
        if base != currency
    ]
    return frozenset([*told, *markets, *crosses])


def named_prices(names: Iterable[SourceName], *, now: datetime) -> dict[SourceName, SourceValue]:
    """Return what each of `names` says at `now`; a name nobody ever told is left out. Three queries at most."""
    wanted = list(dict.fromkeys(names))
    own = [name for name in wanted if name.source not in {MARKET, *settings.RATE_SOURCES}]
    found = _own_prices(own, now=now)
    of_market = {name: (name.asset, name.currency) for name in wanted if name.source == MARKET}
    if of_market:
        markets = queries.markets(of_market.values(), now=now)
        found |= {name: _of_market(markets[pair]) for name, pair in of_market.items() if markets[pair].sources}
    return found | _rates([name for name in wanted if name.source in settings.RATE_SOURCES], now=now)


def _own_prices(names: list[SourceName], *, now: datetime) -> dict[SourceName, SourceValue]:
    if not names:
        return {}
    any_of = Q()
    for name in names:
        any_of |= Q(source=name.source, asset=name.asset, currency=name.currency)
    return {
        SourceName(reading.source, reading.asset, reading.currency): _own(reading, now=now)
        for reading in Reading.objects.filter(any_of)
    }


def _own(reading: Reading, *, now: datetime) -> SourceValue:
    rate_is_old = reading.rate_at is not None and _seconds(now - reading.rate_at) > settings.RATE_MAX_AGE
    return SourceValue(
        price=None if reading.held or rate_is_old else reading.price,
        age_seconds=_seconds(now - reading.observed_at),
        max_age=settings.PRICE_MAX_AGE,
    )


def _of_market(market: queries.Market) -> SourceValue:
    assert market.age_seconds is not None  # it has sources
    return SourceValue(price=market.price, age_seconds=market.age_seconds, max_age=settings.PRICE_MAX_AGE)


def _rates(names: list[SourceName], *, now: datetime) -> dict[SourceName, SourceValue]:
    """Return reference rates with the age limit that such rates have."""
    if not names:
        return {}
    table = queries.rate_table(now=now, with_old=True)
    found = {name: table.find(name.asset, name.currency, source=name.source) for name in names}
    return {
        name: SourceValue(price=rate.rate, age_seconds=_seconds(now - rate.published_at), max_age=settings.RATE_MAX_AGE)
        for name, rate in found.items()
        if rate is not None
    }


def _seconds(span: timedelta) -> int:
    return max(0, span // timedelta(seconds=1))
