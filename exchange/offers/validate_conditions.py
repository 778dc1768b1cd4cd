"""The conditions a maker sets besides price and amount: first trades, country, working hours, who finds the offer."""

import re
from decimal import Decimal
from zoneinfo import available_timezones

from exchange.catalog.countries import read_country
from exchange.catalog.models import Currency
from exchange.core import money
from exchange.offers.drafts import HoursDraft
from exchange.offers.faults import Faults
from exchange.offers.hours import DAY_MINUTES, WorkingHours
from exchange.offers.models import Visibility

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)


def read_first_trade(
    text: str | None, *, least: Decimal, most: Decimal, currency: Currency, faults: Faults
) -> Decimal | None:
    """Return the most for a first trade together, which lies between the smallest and the largest trade."""
    if text is None:
        return None
    field = "/first_trade_max"
    number = faults.read(
        lambda: money.parse_decimal(text, field=field, places=currency.minor_units), otherwise=Decimal(0)
    )
    if number < least:
        faults.add(field, "First trades must at least allow your smallest trade.")
    if number > most:
        faults.add(field, "This is more than your largest trade: leave it empty.")
    return number


def read_place(code: str | None, faults: Faults) -> str:
    """Return a country in capitals, empty for everywhere."""
    return faults.read(lambda: read_country(code), otherwise="") if code else ""


def read_visibility(text: str, faults: Faults) -> Visibility:
    """Return who finds the offer."""
    if text not in Visibility.values:
        faults.add("/visibility", f"Use one of these: {', '.join(Visibility.values)}.")
        return Visibility.PUBLIC
    return Visibility(text)


def read_hours(draft: HoursDraft | None, faults: Faults) -> WorkingHours | None:
    """Return working hours, None for always."""
    if draft is None:
        return None
    field = "/working_hours"
    start, end = _read_clock(draft.start, f"{field}/start", faults), _read_clock(draft.end, f"{field}/end", faults)
    if start == DAY_MINUTES:
        faults.add(f"{field}/start", "Write midnight as 00:00 here.")
    if start == end:
        faults.add(f"{field}/end", "The end must differ from the beginning; 00:00 to 24:00 is the whole day.")
    days = 0
    for day in draft.days:
        if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= 7:
            faults.add(f"{field}/days", "Count the days from 1 (Monday) to 7 (Sunday).")
            continue
        days |= 1 << (day - 1)
    if not days:
        faults.add(f"{field}/days", "Choose at least one day.")
    if draft.time_zone not in available_timezones():
        faults.add(f"{field}/time_zone", "There is no such time zone; use a name such as Europe/Berlin.")
    return WorkingHours(start=start, end=end, days=days, time_zone=draft.time_zone)


def _read_clock(text: str, field: str, faults: Faults) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        faults.add(field, "Write a time of day such as 08:00.")
        return 0
    return DAY_MINUTES if found[1] is None else int(found[1]) * 60 + int(found[2])
