"""The one place that asks what time it is; pure code gets `now=` passed in."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)


def from_unix(seconds: int) -> datetime:
    """Return the moment `seconds` after the Unix epoch, as the chain counts time."""
    return datetime.fromtimestamp(seconds, UTC)


def to_unix(moment: datetime) -> int:
    """Return whole seconds since the Unix epoch, rounded down."""
    return int(moment.timestamp())


def seconds(count: int) -> timedelta:
    """Return a span of `count` seconds."""
    return timedelta(seconds=count)


def to_text(moment: datetime) -> str:
    """Return `moment` as RFC 3339 in UTC, with the letter Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
