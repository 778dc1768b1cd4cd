"""Sign-in of contract wallets by ERC-1271, on the test chain: they decide themselves, within bounds."""

import time

import pytest

from escrow.rpc import chain
from exchange.accounts import actions
from exchange.core import clock
from exchange.core.errors import NotSignedIn

pytestmark = pytest.mark.django_db

SAFE = "0x5AFE00000000000000000000000000000000aAaa"
# mstore(0, 0x1626ba7e << 224); return(0, 32): whatever is asked, the answer is yes.
SAYS_YES = "0x631626ba7e60e01b60005260206000f3"
SAYS_SOMETHING_ELSE = "0x63ffffffff60e01b60005260206000f3"
REVERTS = "0x60006000fd"
NEVER_ENDS = "0x5b600056"


def sign_in_with(code: str) -> str:
    from eth_utils.address import to_checksum_address

    address = to_checksum_address(SAFE.lower())
    chain().call("anvil_setCode", address, code)
    now = clock.now()
    _, message = actions.issue_nonce(address=address, binding="", now=now)
    return actions.sign_in(message=message, signature="0x" + "ab" * 100, binding="", now=now).address


def test_a_contract_that_says_yes_signs_in() -> None:
    assert sign_in_with(SAYS_YES).lower() == SAFE.lower()


@pytest.mark.parametrize("code", ["0x", SAYS_SOMETHING_ELSE, REVERTS])
def test_anything_else_does_not(code: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        sign_in_with(code)
    assert refused.value.code == "bad_signature"


def test_a_contract_that_burns_all_gas_costs_little_time() -> None:
    before = time.monotonic()
    with pytest.raises(NotSignedIn):
        sign_in_with(NEVER_ENDS)
    assert time.monotonic() - before < 5
