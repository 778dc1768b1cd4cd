"""Canonical JSON (RFC 8785) and hash chains: the same facts always give the same bytes, in Python and the browser."""

import hashlib
from typing import Any

import orjson
import rfc8785

GENESIS = "0" * 64
_SAFE = 2**53


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value made of objects, lists, strings, integers, booleans and null."""
    if _is_plain(value):  # a hundred times faster, and the same bytes
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def _is_plain(value: Any) -> bool:
    """Return whether `value` is a flat object with ASCII names, for which orjson's form is the canonical one."""
    return type(value) is dict and all(
        type(name) is str
        and name.isascii()
        and (type(item) is str or (type(item) is int and -_SAFE < item < _SAFE) or item is None)
        for name, item in value.items()
    )


def chain(previous: str, value: Any) -> str:
    """Return the hex SHA-256 that binds `value` to the hash of the row before it."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(value)).hexdigest()
