"""Addresses for the eye: short only in lists, in full groups with marked ends wherever money moves."""

import re

_ADDRESS = re.compile(r"^0x[0-9a-fA-F]{40}$")
_HEX = re.compile(r"^0x[0-9a-fA-F]+$")
GROUP = 4


def is_address(text: str) -> bool:
    """Tell whether `text` looks like an address; the checksum is not looked at."""
    return bool(_ADDRESS.match(text))


def short_address(address: str) -> str:
    """Return `0x71C7…976F`."""
    return f"{address[:6]}…{address[-4:]}"


def groups(value: str) -> tuple[str, list[str], str]:
    """Return the first group (with `0x`), the middle groups and the last group of an address or hash."""
    if not _HEX.match(value) or len(value) < 2 + 2 * GROUP:
        return value, [], ""
    digits = value[2:]
    parts = [digits[at : at + GROUP] for at in range(0, len(digits), GROUP)]
    return f"0x{parts[0]}", parts[1:-1], parts[-1]
