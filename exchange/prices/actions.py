"""Reading the sources and keeping what they said: the latest of each, and medians for charts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from exchange.core.hints import hint
from exchange.prices.crosses import Observed, cross
from exchange.prices.gather import claim_due, gather
from exchange.prices.guard import guard
from exchange.prices.models import MedianPrice, Reading, ReferenceRate
from exchange.prices.queries import Market, markets, rate_table
from exchange.prices.sources.base import PriceSource, Quotation, Rate, RateSource

# Open pages hear of a price that moved by at least a basis point, or that came and went.
_TOLD_FROM = Decimal("0.0001")
# A chart's finest step.
RAW_SECONDS = 10
KEEP_READINGS = timedelta(days=7)


def read_due(sources: Sequence[PriceSource], *, now: datetime) -> int:
    """Read the sources that are due and store what they say; return how many prices, crosses included."""
    return read_sources(claim_due(sources, now=now), now=now)


def read_sources(sources: Sequence[PriceSource], *, now: datetime) -> int:
    """Read every source and store what it says; return how many prices. A source that fails is left out and noted."""
    quoted = gather(sources, lambda source: _read(source, now=now), now=now)
    if not quoted:
        return 0
    rates = rate_table(now=now)
    observed = cross(quoted, rates=rates, currencies=rates.currencies)
    _keep_prices(observed, now=now)
    return len(observed)


def read_due_rates(sources: Sequence[RateSource], *, now: datetime) -> int:
    """Read the rate sources that are due and store their rates; return how many."""
    told = gather(claim_due(sources, now=now), lambda source: source.read(now=now), now=now)
    for name, rates in told.items():
        _store_rates(name, rates)
    return sum(len(rates) for rates in told.values())


def keep_past(prices: Iterable[tuple[str, str, Decimal, datetime]]) -> None:
    """Put (asset, currency, price, moment) of the past into the charts' history, where nothing is kept yet."""
    rows = [MedianPrice(asset=asset, currency=code, price=price, at=at) for asset, code, price, at in prices]
    MedianPrice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)


def forget_old_readings(*, now: datetime) -> int:
    """Drop what was read so long ago that nobody needs to see how stale it is; return how many rows went."""
    gone, _ = Reading.objects.filter(observed_at__lt=now - KEEP_READINGS).delete()
    return gone


def _read(source: PriceSource, *, now: datetime) -> list[Quotation]:
    return [quotation for quotation in source.read(now=now) if quotation.price > 0]


def _keep_prices(observed: Sequence[Observed], *, now: datetime) -> None:
    pairs = sorted({(one.quotation.asset, one.quotation.currency) for one in observed})
    with transaction.atomic():
        before = markets(pairs, now=now)
        _store(observed)
        after = guard(pairs, now=now)
        _keep(after.values(), now=now)
        for pair in pairs:
            if _has_moved(before[pair].price, after[pair].price):
                _tell(after[pair])


def _store(observed: Iterable[Observed]) -> None:
    Reading.objects.bulk_create(
        [
            Reading(
                source=one.source,
                asset=one.quotation.asset,
                currency=one.quotation.currency,
                price=one.quotation.price,
                observed_at=one.quotation.observed_at,
                via=one.via.base if one.via else "",
                rate=one.via.rate if one.via else None,
                rate_source=one.via.source if one.via else "",
                rate_at=one.via.published_at if one.via else None,
            )
            for one in observed
        ],
        update_conflicts=True,
        unique_fields=["asset", "currency", "source"],
        # Whether the pair is held is the guard's to say.
        update_fields=["price", "observed_at", "via", "rate", "rate_source", "rate_at"],
    )


@transaction.atomic
def _store_rates(source: str, rates: Sequence[Rate]) -> None:
    """Put a whole document in the place of the one before: rates of two documents are never mixed."""
    ReferenceRate.objects.filter(source=source).delete()
    ReferenceRate.objects.bulk_create(
        ReferenceRate(source=source, base=one.base, currency=one.currency, rate=one.rate, published_at=one.published_at)
        for one in rates
    )


def _keep(current: Iterable[Market], *, now: datetime) -> None:
    at = now.replace(second=now.second // RAW_SECONDS * RAW_SECONDS, microsecond=0)
    MedianPrice.objects.bulk_create(
        [
            MedianPrice(asset=market.asset, currency=market.currency, price=market.price, at=at)
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
