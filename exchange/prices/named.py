"""The prices a formula may name: every source's own, and the pair's market price under the name `market`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from exchange.prices import queries
from exchange.prices.formula.evaluate import SourceValue
from exchange.prices.formula.tree import MARKET, SourceName
from exchange.prices.models import Reading


def known_names() -> frozenset[SourceName]:
    """Return every name a formula may use: what was ever read and is still configured."""
    told = [SourceName(*row) for row in Reading.objects.values_list("source", "asset", "currency")]
    return frozenset([*told, *(SourceName(MARKET, name.asset, name.currency) for name in told)])


def named_prices(names: Iterable[SourceName], *, now: datetime) -> dict[SourceName, SourceValue]:
    """Return what each of `names` says at `now`; a name nobody ever told is left out. Two queries at most."""
    wanted = list(dict.fromkeys(names))
    found = _own_prices([name for name in wanted if name.source != MARKET], now=now)
    of_market = {name: (name.asset, name.currency) for name in wanted if name.source == MARKET}
    if of_market:
        markets = queries.markets(of_market.values(), now=now)
        found |= {name: _of_market(markets[pair]) for name, pair in of_market.items() if markets[pair].sources}
    return found


def _own_prices(names: list[SourceName], *, now: datetime) -> dict[SourceName, SourceValue]:
    if not names:
        return {}
    any_of = Q()
    for name in names:
        any_of |= Q(source=name.source, asset=name.asset, currency=name.currency)
    rows = Reading.objects.filter(any_of).values_list("source", "asset", "currency", "price", "observed_at")
    return {
        SourceName(source, asset, currency): SourceValue(
            price=price,
            age_seconds=max(0, (now - observed_at) // timedelta(seconds=1)),
            max_age=settings.PRICE_MAX_AGE,
        )
        for source, asset, currency, price, observed_at in rows
    }


def _of_market(market: queries.Market) -> SourceValue:
    assert market.age_seconds is not None  # it has sources
    return SourceValue(price=market.price, age_seconds=market.age_seconds, max_age=settings.PRICE_MAX_AGE)
