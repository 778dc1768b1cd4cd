"""Addresses as people type them."""

import pytest

from exchange.accounts.addresses import is_checksummed, read_address
from exchange.core.errors import Invalid

SARA = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.mark.parametrize("typed", [SARA, SARA.lower(), "0x" + SARA[2:].upper()])
def test_an_address_is_read_in_any_honest_case(typed: str) -> None:
    assert read_address(typed) == SARA


@pytest.mark.parametrize(
    "typed", ["", "0x", SARA[:-1], SARA + "0", SARA.replace("C", "c", 1), SARA[2:], "0X" + SARA[2:], "0x" + "0" * 40]
)
def test_a_mistyped_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_address(typed)


def test_only_the_exact_case_is_checksummed() -> None:
    assert is_checksummed(SARA)
    assert not is_checksummed(SARA.lower())
