"""What every source of prices or rates must do."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One unit of `base` is worth `rate` of `currency`, as published at `published_at`: often the day before."""

    base: str
    currency: str
    rate: Decimal
    published_at: datetime


class SourceFailed(Exception):
    """A source could not be read; the others go on without it. The words are for the operator."""


class PriceSource(Protocol):
    """One independent source of prices. It may wait for a network, never for our database."""

    @property
    def name(self) -> str:
        """A short stable name, shown to people."""

    @property
    def every(self) -> int:
        """How many seconds lie between two readings, at least."""

    def read(self, *, now: datetime) -> Sequence[Quotation]:
        """Return what the source says now. Raises `SourceFailed`."""


class RateSource(Protocol):
    """One source of rates between national currencies."""

    @property
    def name(self) -> str:
        """A short stable name, shown to people."""

    @property
    def every(self) -> int:
        """How many seconds lie between two readings, at least."""

    def read(self, *, now: datetime) -> Sequence[Rate]:
        """Return the rates it publishes. Raises `SourceFailed`."""
