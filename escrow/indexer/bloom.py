"""A block's Bloom filter: it names every address and topic of the block's logs, so that hiding or inventing one shows.

Source: Ethereum's yellow paper, 4.3.1: three bits of 2,048 for each value, from the value's Keccak hash. A filter may
claim what is not there (so a hit is a reason to look again), but it never denies what is.
"""

from collections.abc import Iterable
from functools import lru_cache

from eth_utils.crypto import keccak


@lru_cache(maxsize=4096)
def mask(value: str) -> int:
    """Return the three bits of an address or topic, 0x-hex."""
    digest = keccak(hexstr=value)
    bits = 0
    for place in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[place : place + 2]) & 2047)
    return bits


def may_hold(bloom: int, values: Iterable[str]) -> bool:
    """Return False if at least one of `values` is certainly in no log of the block."""
    for value in values:
        bits = mask(value)
        if bloom & bits != bits:
            return False
    return True
