"""Reading addresses: `0x` and forty digits, EIP-55 checked where the writer used both cases."""

from functools import lru_cache
from typing import Any

from eth_utils.address import is_hex_address, to_checksum_address


def parse_address(value: Any) -> str:
    """Return the checksummed form. Raises `ValueError`, also when a mixed-case address has a wrong checksum."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not an address")
    return _parse(value)


@lru_cache(maxsize=65536)
def _parse(value: str) -> str:
    """The same people return, and a checksum costs a hash."""
    if not value.startswith("0x") or not is_hex_address(value):
        raise ValueError(f"{value!r} is not an address")
    right = str(to_checksum_address(value))
    digits = value[2:]
    if value != right and digits != digits.lower() and digits != digits.upper():
        raise ValueError(f"{value!r} is mistyped: its capital letters do not fit")
    return right
