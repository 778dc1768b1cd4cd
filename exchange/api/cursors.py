"""Cursors: an opaque signed place in one list, so that pages stay whole while rows come and go.

A cursor belongs to its list and its filters; another list's, another filter's or an altered one is refused.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from django.core import signing

from exchange.core.errors import Invalid

_SALT = "exchange.api.cursor"


def write(place: int, *, of: str, filters: Mapping[str, Any] | None = None) -> str:
    """Return the cursor of the page that follows `place` in the list `of` under `filters`."""
    return signing.dumps([place, _mark(of, filters)], salt=_SALT)


def read(cursor: str | None, *, of: str, filters: Mapping[str, Any] | None = None) -> int | None:
    """Return the place a cursor stands for, None for the first page. Raises `Invalid`."""
    if not cursor:
        return None
    try:
        place, mark = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _refusal() from error
    if mark != _mark(of, filters) or not isinstance(place, int):
        raise _refusal()
    return place


def _mark(of: str, filters: Mapping[str, Any] | None) -> str:
    facts = orjson.dumps([of, dict(filters or {})], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.blake2b(facts, digest_size=6).hexdigest()


def _refusal() -> Invalid:
    return Invalid(
        "This cursor does not belong to this list. Start again without it.",
        code="bad_cursor",
        fields={"/cursor": "This cursor does not belong to this list and these filters."},
    )
