"""Working hours of an offer: on which days, from when until when, in whose time zone. Pure.

A span whose end is not after its beginning runs over midnight and belongs to the day it begins on. Clock changes are
the time zone's business: a span is compared in local time, so a day may have 23 or 25 hours of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
EVERY_DAY = 127
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """Minutes of the day, days as bits (Monday is bit 0), and an IANA time zone."""

    start: int
    end: int
    days: int
    time_zone: str

    @property
    def text(self) -> str:
        """What a maker signs: `08:00-18:00 12345 Europe/Berlin`, days counted from Monday."""
        days = "".join(str(day + 1) for day in range(7) if self.days >> day & 1)
        return f"{clock_text(self.start)}-{clock_text(self.end)} {days} {self.time_zone}"

    @property
    def words(self) -> str:
        """The same for people: `08:00 to 18:00, Mon to Fri (Europe/Berlin)`."""
        return f"{clock_text(self.start)} to {clock_text(self.end)}, {_day_words(self.days)} ({self.time_zone})"


def is_open(hours: WorkingHours | None, *, now: datetime) -> bool:
    """Return whether `now` lies in the hours; no hours means always."""
    if hours is None:
        return True
    local = now.astimezone(ZoneInfo(hours.time_zone))
    minute, today = local.hour * 60 + local.minute, local.weekday()
    if hours.start < hours.end:
        return hours.start <= minute < hours.end and _on(hours, today)
    return (minute >= hours.start and _on(hours, today)) or (minute < hours.end and _on(hours, today - 1))


def next_turn(hours: WorkingHours | None, *, now: datetime) -> datetime | None:
    """Return when it opens or closes next; None for hours that never do."""
    if hours is None:
        return None
    state = is_open(hours, now=now)
    for moment in _edges(hours, now=now):
        if moment > now and is_open(hours, now=moment) != state:
            return moment
    return None


def clock_text(minute: int) -> str:
    """Return a minute of the day as `08:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _edges(hours: WorkingHours, *, now: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(hours.time_zone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(9):
        for minute in sorted({0, hours.start, hours.end}):
            # Local wall-clock time, so that the zone and not a sum decides what it is in UTC.
            wall = (midnight.replace(tzinfo=None) + timedelta(days=day, minutes=minute)).replace(tzinfo=zone)
            yield wall.astimezone(now.tzinfo)


def _on(hours: WorkingHours, day: int) -> bool:
    return bool(hours.days >> (day % 7) & 1)


def _day_words(days: int) -> str:
    if days == EVERY_DAY:
        return "every day"
    chosen = [day for day in range(7) if days >> day & 1]
    if len(chosen) > 2 and chosen[-1] - chosen[0] == len(chosen) - 1:
        return f"{_NAMES[chosen[0]]} to {_NAMES[chosen[-1]]}"
    return ", ".join(_NAMES[day] for day in chosen)
