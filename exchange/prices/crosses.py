"""Prices in currencies that a source does not quote: its price in one that it does, times a reference rate. Pure.

A cross keeps its provenance: which pair it comes from, by which rate, from whom, and from when. The age of a cross is
the age of the coin's price; the rate has an age limit of its own, since it is made once a working day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from exchange.prices.sources.base import Quotation, Rate

# With a choice, the currency in which coins are traded most.
_FROM = ("USD", "EUR")
_DIGITS = 60
_PRICE_PLACES = Decimal("0.0000000001")
_RATE_PLACES = Decimal("0.000000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossRate:
    """One unit of `base` is worth `rate` of `currency`, by `source`, as published at `published_at`."""

    base: str
    currency: str
    rate: Decimal
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A price of a source, quoted by it or crossed by `via`."""

    source: str
    quotation: Quotation
    via: CrossRate | None = None


class RateTable:
    """Reference rates by source, in the order in which sources are preferred, without those that are too old."""

    def __init__(self, rates: Iterable[tuple[str, Rate]], *, max_age: timedelta | None, now: datetime) -> None:
        self._by_source: dict[str, dict[str, Rate]] = {}
        for source, rate in rates:
            if max_age is None or now - rate.published_at <= max_age:
                self._by_source.setdefault(source, {})[rate.currency] = rate

    @property
    def currencies(self) -> frozenset[str]:
        """All currencies that some rate is known of."""
        return frozenset(
            code for rates in self._by_source.values() for code in (*rates, next(iter(rates.values())).base)
        )

    def find(self, base: str, currency: str, *, source: str | None = None) -> CrossRate | None:
        """Return the rate from `base` to `currency` of `source`, or of the first source that knows both."""
        for name, rates in self._by_source.items():
            if source not in {None, name}:
                continue
            found = _between(base, currency, rates)
            if found is not None:
                value, published_at = found
                return CrossRate(base=base, currency=currency, rate=value, source=name, published_at=published_at)
        return None


def cross(
    quoted: Mapping[str, Sequence[Quotation]], *, rates: RateTable, currencies: Collection[str]
) -> list[Observed]:
    """Return what each source quotes, and its crosses into the other `currencies`."""
    found = []
    for source, quotations in quoted.items():
        found += [Observed(source=source, quotation=one) for one in quotations]
        by_asset: dict[str, dict[str, Quotation]] = {}
        for one in quotations:
            by_asset.setdefault(one.asset, {})[one.currency] = one
        for own in by_asset.values():
            missing = sorted(set(currencies) - set(own))
            found += [made for currency in missing if (made := _crossed(source, own, currency, rates)) is not None]
    return found


def _crossed(source: str, own: Mapping[str, Quotation], currency: str, rates: RateTable) -> Observed | None:
    for base in sorted(own, key=lambda code: (_FROM.index(code) if code in _FROM else len(_FROM), code)):
        rate = rates.find(base, currency)
        if rate is None:
            continue
        with localcontext() as context:
            context.prec = _DIGITS
            price = (own[base].price * rate.rate).quantize(_PRICE_PLACES, rounding=ROUND_HALF_UP)
        quotation = Quotation(asset=own[base].asset, currency=currency, price=price, observed_at=own[base].observed_at)
        return Observed(source=source, quotation=quotation, via=rate) if price > 0 else None
    return None


def _between(base: str, currency: str, rates: Mapping[str, Rate]) -> tuple[Decimal, datetime] | None:
    """Return the rate between two currencies by way of the source's own base, and the older of the two days."""
    known = next(iter(rates.values())).base
    start = Decimal(1) if base == known else rates[base].rate if base in rates else None
    end = Decimal(1) if currency == known else rates[currency].rate if currency in rates else None
    if start is None or end is None or base == currency:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        value = (end / start).quantize(_RATE_PLACES, rounding=ROUND_HALF_UP)
    days = [rates[code].published_at for code in (base, currency) if code in rates]
    return (value, min(days)) if value > 0 else None
