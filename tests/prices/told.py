"""Sources that say what a test told them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from exchange.prices.sources.base import Quotation, Rate, SourceFailed

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)


def after(seconds: int) -> datetime:
    """Return a moment so many seconds after `NOW`."""
    return NOW + timedelta(seconds=seconds)


class Told:
    """A source that says what it was told, and counts how often it was asked."""

    every = 10

    def __init__(self, name: str, price: str | None = "3000", *, currency: str = "USD") -> None:
        self.name, self.price, self.currency, self.asked = name, price, currency, 0

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        self.asked += 1
        if self.price is None:
            raise SourceFailed("HTTP 500")
        return [Quotation(asset="ETH", currency=self.currency, price=Decimal(self.price), observed_at=now)]


class Rates:
    """A rate source that says what it was told."""

    name = "ecb"
    every = 3600

    def __init__(self, *rates: tuple[str, str], base: str = "EUR", at: datetime = FRIDAY) -> None:
        self.rates = [Rate(base=base, currency=code, rate=Decimal(rate), published_at=at) for code, rate in rates]

    def read(self, *, now: datetime) -> Sequence[Rate]:
        return self.rates
