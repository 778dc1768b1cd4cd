"""Reading the sources and keeping what they said: the latest of each, and one median a minute for charts."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from exchange.core.hints import hint
from exchange.prices.models import MedianPrice, Reading
from exchange.prices.queries import Market, markets
from exchange.prices.sources.base import PriceSource, Quotation, SourceFailed

log = logging.getLogger(__name__)
# Open pages hear of a price that moved by at least a basis point, or that came and went.
_TOLD_FROM = Decimal("0.0001")
KEEP_MINUTES = timedelta(hours=48)
KEEP_HOURS = timedelta(days=400)


def read_sources(sources: Iterable[PriceSource], *, now: datetime) -> int:
    """Read every source and store what it says; return how many prices. A source that fails is left out and logged."""
    quotations = [(source.name, quotation) for source in sources for quotation in _read(source, now=now)]
    pairs = sorted({(quotation.asset, quotation.currency) for _, quotation in quotations})
    with transaction.atomic():
        before = markets(pairs, now=now)
        _store(quotations)
        after = markets(pairs, now=now)
        _keep(after.values(), now=now)
        for pair in pairs:
            if _has_moved(before[pair].price, after[pair].price):
                _tell(after[pair])
    return len(quotations)


def thin_history(*, now: datetime) -> None:
    """Keep every minute for two days, every full hour for a year, and nothing older."""
    old = Q(at__lt=now - KEEP_MINUTES) & ~Q(at__minute=0)
    MedianPrice.objects.filter(old | Q(at__lt=now - KEEP_HOURS)).delete()


def _read(source: PriceSource, *, now: datetime) -> Iterable[Quotation]:
    try:
        return [quotation for quotation in source.read(now=now) if quotation.price > 0]
    except SourceFailed as error:
        log.warning("price source %s failed: %s", source.name, error)
        return []


def _store(quotations: Iterable[tuple[str, Quotation]]) -> None:
    Reading.objects.bulk_create(
        [
            Reading(
                source=source,
                asset=quotation.asset,
                currency=quotation.currency,
                price=quotation.price,
                observed_at=quotation.observed_at,
            )
            for source, quotation in quotations
        ],
        update_conflicts=True,
        unique_fields=["asset", "currency", "source"],
        update_fields=["price", "observed_at"],
    )


def _keep(current: Iterable[Market], *, now: datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    MedianPrice.objects.bulk_create(
        [
            MedianPrice(asset=market.asset, currency=market.currency, price=market.price, at=minute)
            for market in current
            if market.price is not None
        ],
        ignore_conflicts=True,
    )


def _has_moved(before: Decimal | None, after: Decimal | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) >= before * _TOLD_FROM


def _tell(market: Market) -> None:
    facts: Mapping[str, object] = {
        "t": "price",
        "id": f"{market.asset}/{market.currency}",
        "price": format(market.price, "f") if market.price is not None else None,
        "age": market.age_seconds,
        "stale": market.is_stale,
    }
    hint(f"price:{market.asset}/{market.currency}", facts)
