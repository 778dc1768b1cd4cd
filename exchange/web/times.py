"""Moments and spans in words: clock time first, then what remains, then what it means."""

from datetime import datetime, timedelta

from django.utils import timezone

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NBSP = "\u00a0"
# Share of a deadline's time that is left when its tone changes.
SOON, LAST = 4, 10


def clock_words(moment: datetime, *, now: datetime) -> str:
    """Return `14:10 UTC` on the same day, `Tue 24 Nov, 14:10 UTC` on another, in the active time zone."""
    here, today = timezone.localtime(moment), timezone.localtime(now)
    time = f"{here:%H:%M}{NBSP}{here.tzname()}"
    if here.date() == today.date():
        return time
    year = f" {here.year}" if here.year != today.year else ""
    return f"{here:%a}{NBSP}{here.day}{NBSP}{here:%b}{year}, {time}"


def day_words(moment: datetime) -> str:
    """Return `24 November 2026`."""
    here = timezone.localtime(moment)
    return f"{here.day}{NBSP}{here:%B}{NBSP}{here.year}"


def left_words(span: timedelta) -> str:
    """Return `27:41` below an hour, `3 h 12 min` below two days, else `2 days 4 h`; `0:00` when over."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < HOUR:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02d}"
    if seconds < 2 * DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return f"{hours}{NBSP}h {minutes}{NBSP}min" if minutes else f"{hours}{NBSP}h"
    days, hours = seconds // DAY, seconds % DAY // HOUR
    return f"{days}{NBSP}days {hours}{NBSP}h" if hours else f"{days}{NBSP}days"


def span_words(seconds: int) -> str:
    """Return a span set by rule: `30 min`, `2 h`, `1 day`, `45 s`."""
    if seconds < MINUTE:
        return f"{seconds}{NBSP}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}{NBSP}min"
    if seconds < DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return f"{hours}{NBSP}h {minutes}{NBSP}min" if minutes else f"{hours}{NBSP}h"
    days, hours = seconds // DAY, seconds % DAY // HOUR
    words = f"{days}{NBSP}day{'s' if days != 1 else ''}"
    return f"{words} {hours}{NBSP}h" if hours else words


def ago_words(moment: datetime | None, *, now: datetime) -> str:
    """Return `12 s ago`, `4 min ago`, `3 h ago`, `5 days ago`; `never` for none."""
    if moment is None:
        return "never"
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 2 * DAY:
        unit = MINUTE if MINUTE <= seconds < HOUR else HOUR if seconds >= HOUR else 1
        return f"{span_words(seconds - seconds % unit)} ago"
    return f"{seconds // DAY}{NBSP}days ago"


def active_words(moment: datetime | None, *, now: datetime) -> str:
    """Return in what band a person was last active; bands, so that nobody's habits can be read off."""
    if moment is None:
        return "not seen yet"
    seconds = (now - moment).total_seconds()
    if seconds < 10 * MINUTE:
        return "active now"
    if seconds < HOUR:
        return "active this hour"
    if seconds < DAY:
        return "active today"
    if seconds < 7 * DAY:
        return "active this week"
    return "not active this week"


def urgency(*, created: datetime | None, deadline: datetime, now: datetime) -> str:
    """Return `calm`, `soon` (a quarter left), `last` (a tenth left) or `over`."""
    left = deadline - now
    if left <= timedelta(0):
        return "over"
    whole = deadline - created if created else timedelta(0)
    if whole <= timedelta(0):
        return "calm"
    if left * LAST <= whole:
        return "last"
    return "soon" if left * SOON <= whole else "calm"
