"""Ethereum addresses as people type them, read into the one form everything here uses: EIP-55 checksummed."""

import re

from eth_utils.address import to_checksum_address

from exchange.core.errors import Invalid

_HEX = re.compile(r"0x[0-9a-fA-F]{40}")
ZERO = "0x" + "0" * 40


def read_address(text: str, *, field: str = "/address") -> str:
    """Return `text` as a checksummed address.

    All-lower and all-upper hex is taken as it is; mixed case must carry the right EIP-55 checksum, since a wrong one is
    a typing error. Raises `Invalid` naming `field`.
    """
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise Invalid(fields={field: "An address is 0x and 40 hexadecimal digits."})
    checksummed: str = to_checksum_address(text)
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and text != checksummed:
        raise Invalid(fields={field: "The capital letters of this address do not match its checksum: it was mistyped."})
    if checksummed == ZERO:
        raise Invalid(fields={field: "The zero address belongs to nobody."})
    return checksummed


def is_checksummed(text: str) -> bool:
    """Return whether `text` is an address in its exact EIP-55 form."""
    return bool(_HEX.fullmatch(text)) and text == to_checksum_address(text)
