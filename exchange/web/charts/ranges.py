"""The ranges a reader can choose: each is an address of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Range:
    """A span up to now, its name in an address, on a link, and in a sentence ("less than 30 days ago")."""

    key: str
    label: str
    span: timedelta
    ago: str

    def since(self, now: datetime) -> datetime:
        """Return where it begins."""
        return now - self.span


RANGES = (
    Range("24h", "24 h", timedelta(days=1), "a day ago"),
    Range("7d", "7 days", timedelta(days=7), "a week ago"),
    Range("30d", "30 days", timedelta(days=30), "30 days ago"),
    Range("90d", "90 days", timedelta(days=90), "90 days ago"),
    Range("1y", "1 year", timedelta(days=365), "a year ago"),
)
USUAL = RANGES[2]


def range_named(key: str) -> Range | None:
    """Return the range with that name; the usual one for none, None for one that does not exist."""
    return next((one for one in RANGES if one.key == key), None) if key else USUAL
