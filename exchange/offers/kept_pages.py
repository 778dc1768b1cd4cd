"""Pages of the book as the bytes every stranger gets, shared by all web processes through Redis.

A page that is too old in one process may have been read anew by another: it is looked for in Redis first. Its age there
is what has gone from its life, which Redis counts, so the clocks of the processes do not matter. Redis away: each
process reads for itself. How old the market is grows while a page is kept, so it is filled in as the page is given.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import redis
from django.conf import settings
from redis.exceptions import RedisError

from exchange.offers.book_watch import is_unchanged
from exchange.offers.kept import MARKET_MS, PAGE_MS, Kept, Shelf

# Stands in a page's bytes where the age of its market belongs; JSON's own text never holds this byte.
AGE = b"\0"
log = logging.getLogger(__name__)


class MadePage(NamedTuple):
    """A page as it was just read: its bytes with `AGE` in them, and how old its market was, seconds."""

    content: bytes
    market_age: int | None = None


class Given(NamedTuple):
    """A page as it is given: its bytes and what tells them from others (`ETag`, without quotes)."""

    content: bytes
    tag: str


@dataclass(slots=True)
class KeptPage:
    """A page of the book of `pair` ('ETH/EUR'), read at `at` (`time.monotonic_ns`)."""

    pair: str
    made: MadePage
    at: int
    _given: dict[int | None, Given] = field(default_factory=dict)

    @property
    def market_age(self) -> int | None:
        """How old the page's market is now, seconds."""
        age = self.made.market_age
        return age if age is None else age + (time.monotonic_ns() - self.at) // 10**9

    def give(self) -> Given:
        """Return the page as it reads now."""
        now = self.market_age
        given = self._given.get(now)
        if given is None:
            content = self.made.content.replace(AGE, b"null" if now is None else b"%d" % now)
            given = Given(content=content, tag=hashlib.blake2b(content, digest_size=12).hexdigest())
            self._given = {now: given}
        return given


def _holds(page: KeptPage, at: int) -> bool:
    # A market grows too old without anybody changing anything.
    if (page.market_age or 0) >= settings.PRICE_MAX_AGE:
        return False
    # Its market may have been read that much before it.
    return is_unchanged(page.pair, since=at - MARKET_MS * 10**6)


_shelf: Shelf[KeptPage] = Shelf(oldest_ms=PAGE_MS, holds=_holds)


def page_of(question: bytes, make: Callable[[], MadePage], *, pair: str) -> Given:
    """Return the page that answers `question` about `pair`: one that is young enough or still holds, else a new one."""
    return _shelf.get(question, lambda: _shared(question, pair) or _made(question, make, pair)).give()


def young_page(question: bytes) -> Given | None:
    """Return the page that answers `question` if this process has one that nobody needs to read anew yet."""
    kept = _shelf.young(question)
    return None if kept is None else kept.give()


def _made(question: bytes, make: Callable[[], MadePage], pair: str) -> Kept[KeptPage]:
    began = time.monotonic_ns()
    made = make()
    left_ms = PAGE_MS - (time.monotonic_ns() - began) // 10**6
    if settings.BOOK_KEPT_MS and left_ms > 0:
        age = b"" if made.market_age is None else b"%d" % made.market_age
        try:
            _redis(settings.REDIS_URL).set(_name(question), age + AGE + made.content, px=left_ms)
        except (RedisError, OSError):
            log.warning("pages of the book are not shared: Redis is away")
    return Kept(value=KeptPage(pair=pair, made=made, at=began), at=began)


def _shared(question: bytes, pair: str) -> Kept[KeptPage] | None:
    """Return a page another process has made that is still young."""
    if not settings.BOOK_KEPT_MS:
        return None
    # Asked for before its age is: the time the answer takes makes a page look older, never younger.
    now = time.monotonic_ns()
    try:
        asked = _redis(settings.REDIS_URL).pipeline(transaction=True)
        stored, left_ms = asked.get(_name(question)).pttl(_name(question)).execute()
    except (RedisError, OSError):
        return None
    age_ms = PAGE_MS - left_ms
    if stored is None or age_ms >= settings.BOOK_KEPT_MS:
        return None
    market_age, _, content = stored.partition(AGE)
    made = MadePage(content=content, market_age=int(market_age) if market_age else None)
    at = now - age_ms * 10**6
    return Kept(value=KeptPage(pair=pair, made=made, at=at), at=at, is_ours=False)


def _name(question: bytes) -> str:
    database = settings.DATABASES["default"]["NAME"]
    return f"book:{database}:{hashlib.blake2b(question, digest_size=16).hexdigest()}"


@cache
def _redis(url: str) -> "redis.Redis[bytes]":
    """Return a client that is asked briefly, since a person waits behind every page."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
