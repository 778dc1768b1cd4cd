"""Pages of the book as the bytes every stranger gets, shared by all web processes through Redis.

A page that is too old in one process may have been read anew by another: it is looked for in Redis first. Its age there
is what has gone from its life, which Redis counts, so the clocks of the processes do not matter. Redis away: each
process reads for itself.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

from exchange.offers.kept import PAGE_MS, Kept, Shelf

log = logging.getLogger(__name__)
_shelf: Shelf["KeptPage"] = Shelf(oldest_ms=PAGE_MS)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The bytes of a page and what tells them from others (`ETag`, without quotes)."""

    content: bytes
    tag: str


def page_of(question: bytes, make: Callable[[], bytes]) -> KeptPage:
    """Return the page that answers `question`: one that is young enough, else what `make` gives."""
    return _shelf.get(question, lambda: _shared(question) or _made(question, make))


def young_page(question: bytes) -> KeptPage | None:
    """Return the page that answers `question` if this process has one that nobody needs to read anew yet."""
    return _shelf.young(question)


def _made(question: bytes, make: Callable[[], bytes]) -> Kept[KeptPage]:
    began = time.monotonic_ns()
    content = make()
    left_ms = PAGE_MS - (time.monotonic_ns() - began) // 10**6
    if settings.BOOK_KEPT_MS and left_ms > 0:
        try:
            _redis(settings.REDIS_URL).set(_name(question), content, px=left_ms)
        except (RedisError, OSError):
            log.warning("pages of the book are not shared: Redis is away")
    return Kept(value=_page(content), at=began)


def _shared(question: bytes) -> Kept[KeptPage] | None:
    """Return a page another process has made that is still young."""
    if not settings.BOOK_KEPT_MS:
        return None
    # Asked for before its age is: the time the answer takes makes a page look older, never younger.
    now = time.monotonic_ns()
    try:
        asked = _redis(settings.REDIS_URL).pipeline(transaction=True)
        content, left_ms = asked.get(_name(question)).pttl(_name(question)).execute()
    except (RedisError, OSError):
        return None
    age_ms = PAGE_MS - left_ms
    if content is None or age_ms >= settings.BOOK_KEPT_MS:
        return None
    return Kept(value=_page(content), at=now - age_ms * 10**6, is_ours=False)


def _page(content: bytes) -> KeptPage:
    return KeptPage(content=content, tag=hashlib.blake2b(content, digest_size=12).hexdigest())


def _name(question: bytes) -> str:
    database = settings.DATABASES["default"]["NAME"]
    return f"book:{database}:{hashlib.blake2b(question, digest_size=16).hexdigest()}"


@cache
def _redis(url: str) -> "redis.Redis[bytes]":
    """Return a client that is asked briefly, since a person waits behind every page."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
