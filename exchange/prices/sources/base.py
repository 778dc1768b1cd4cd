"""What every price source must do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """The price of one coin of `asset` in `currency` as a source saw it at `observed_at`."""

    asset: str
    currency: str
    price: Decimal
    observed_at: datetime


class SourceFailed(Exception):
    """A source could not be read; the others go on without it."""


class PriceSource(Protocol):
    """One independent source of prices."""

    @property
    def name(self) -> str:
        """A short stable name, shown to people."""

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        """Return what the source says now. Raises `SourceFailed`."""
