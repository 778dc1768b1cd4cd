"""Canonical JSON (RFC 8785) and hash chains: the same facts always give the same bytes, in Python and the browser."""

import hashlib
from typing import Any

import rfc8785

GENESIS = "0" * 64


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a JSON value made of objects, lists, strings, integers, booleans and null."""
    return rfc8785.dumps(value)


def chain(previous: str, value: Any) -> str:
    """Return the hex SHA-256 that binds `value` to the hash of the row before it."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(value)).hexdigest()
