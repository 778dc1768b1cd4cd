"""The market price: the median of fresh sources without those far off. Pure.

1. Sources older than the limit do not count.
2. Of the rest the median is taken; who is more than 5 % away from it is dropped.
3. Fewer than two left: there is no market price just now ("stale"). Else the median of those left is the price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

FARTHEST = Decimal("0.05")
LEAST_SOURCES = 2
_PLACES = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """How a price was crossed: quoted in `currency`, one of which was worth `rate` by `source`, so many seconds ago."""

    currency: str
    rate: Decimal
    source: str
    age_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """What one source said, and how many seconds ago; `via` says how it was crossed into this currency, if it was."""

    name: str
    price: Decimal
    age_seconds: int
    via: Via | None = None

    def facts(self) -> dict[str, Any]:
        """Return it as plain values, for a snapshot that outlives this program: numbers as text, ages in seconds."""
        told: dict[str, Any] = {"name": self.name, "price": format(self.price, "f"), "age": self.age_seconds}
        if self.via is not None:
            told["via"] = {
                "currency": self.via.currency,
                "rate": format(self.via.rate, "f"),
                "source": self.via.source,
                "age": self.via.age_seconds,
            }
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """The price, the sources it comes from, and the age of the oldest of them in seconds."""

    price: Decimal
    used: tuple[SourceReading, ...]
    age_seconds: int


def find_median(readings: Sequence[SourceReading], *, max_age: int) -> Median | None:
    """Return the market price of `readings`; None when too few are fresh or they do not agree."""
    fresh = [reading for reading in readings if reading.age_seconds <= max_age]
    if len(fresh) < LEAST_SOURCES:
        return None
    middle = _middle([reading.price for reading in fresh])
    near = tuple(reading for reading in fresh if abs(reading.price - middle) <= middle * FARTHEST)
    if len(near) < LEAST_SOURCES:
        return None
    return Median(
        price=_middle([reading.price for reading in near]),
        used=near,
        age_seconds=max(reading.age_seconds for reading in near),
    )


def _middle(prices: Sequence[Decimal]) -> Decimal:
    ordered = sorted(prices)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    with localcontext() as context:
        context.prec = 60
        return ((ordered[half - 1] + ordered[half]) / 2).quantize(_PLACES, rounding=ROUND_HALF_UP)
