"""Reference rates between national currencies: ECB's XML, or the JSON that most rate services speak.

    <Cube time="2026-11-25"><Cube currency="USD" rate="1.1574"/>…           one euro in each currency
    {"base": "USD", "date": "2026-11-25", "rates": {"EUR": 0.864, …}}       or "timestamp": seconds, in place of "date"

Such rates are made once a working day, so they have an age limit of their own, in days (`RATE_MAX_AGE`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from xml.etree import ElementTree as ET

from exchange.core import clock
from exchange.prices.sources import answers
from exchange.prices.sources.base import Rate, SourceFailed

ECB_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
EVERY = 3600
MOST_BYTES = 256 * 1024
MOST_RATES = 500
_CODE = re.compile(r"[A-Z]{3}")
# ECB fixes at 14:15 and publishes about 16:00 in Frankfurt; a bare date means the afternoon of that day.
_PUBLISHED = time(15, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReferenceRates:
    """A document of rates at `url`, in either form."""

    name: str
    url: str
    every: int = EVERY

    def read(self, *, now: datetime) -> Sequence[Rate]:
        """Return every rate in the document. Raises `SourceFailed`."""
        text = answers.get_whole(self.url, most_bytes=MOST_BYTES)
        rates = _from_xml(text, now=now) if text.lstrip()[:1] == "<" else _from_json(text, now=now)
        if not 1 <= len(rates) <= MOST_RATES:
            raise SourceFailed(f"the document holds {len(rates)} rates")
        return rates


def _from_xml(text: str, *, now: datetime) -> list[Rate]:
    # Entities are the only danger of a bounded document, and a table of rates declares none.
    if "<!" in text:
        raise SourceFailed("the document declares a type, which a table of rates does not")
    try:
        root = ET.fromstring(text)  # noqa: S314 (bounded in size, and without declarations)
    except ET.ParseError as error:
        raise SourceFailed("the document is no XML") from error
    days = [cube for cube in root.iter() if cube.tag.rpartition("}")[2] == "Cube" and cube.get("time")]
    if not days:
        raise SourceFailed("the document names no day")
    newest = max(days, key=lambda cube: cube.get("time", ""))
    pairs = [(cube.get("currency"), cube.get("rate")) for cube in newest]
    return _rates("EUR", pairs, published_at=_day(newest.get("time"), now=now))


def _from_json(text: str, *, now: datetime) -> list[Rate]:
    document = answers.parse_json(text)
    if not isinstance(document, dict) or not isinstance(document.get("rates"), dict):
        raise SourceFailed("the document holds no table of rates")
    base = document.get("base")
    if not isinstance(base, str) or not _CODE.fullmatch(base):
        raise SourceFailed(f"its base {str(base)[:20]!r} is no currency")
    published_at = (
        _second(document["timestamp"], now=now) if "timestamp" in document else _day(document.get("date"), now=now)
    )
    return _rates(base, document["rates"].items(), published_at=published_at)


def _rates(base: str, pairs: Iterable[tuple[object, object]], *, published_at: datetime) -> list[Rate]:
    rates = []
    for currency, value in pairs:
        if not isinstance(currency, str) or not _CODE.fullmatch(currency):
            raise SourceFailed(f"{str(currency)[:20]!r} is no currency")
        rate = answers.positive(value, what=f"the rate of {currency}")
        if currency != base:
            rates.append(Rate(base=base, currency=currency, rate=rate, published_at=published_at))
    return rates


def _day(text: object, *, now: datetime) -> datetime:
    try:
        day = datetime.strptime(str(text), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise SourceFailed(f"{str(text)[:20]!r} is no day") from error
    return _not_ahead(datetime.combine(day, _PUBLISHED), now=now)


def _second(text: object, *, now: datetime) -> datetime:
    digits = str(text)
    if not re.fullmatch(r"[0-9]{9,11}", digits):
        raise SourceFailed(f"{digits[:20]!r} is no time")
    return _not_ahead(clock.from_unix(int(digits)), now=now)


def _not_ahead(told: datetime, *, now: datetime) -> datetime:
    if told > now + timedelta(days=1):
        raise SourceFailed(f"it is dated {told:%Y-%m-%d}, which has not come yet")
    return min(told, now)
