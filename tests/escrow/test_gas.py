"""Fees rise enough to replace, and nonces fill gaps without ever being given twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow.keeper.fees import Fees, TooDear, highest_fee, raise_fees, suggest
from escrow.keeper.nonce import next_nonce
from escrow.keeper.signer import KeySigner
from tests.chain.world import ADDRESS, KEYS, World

# An eighth more than this is still below the highest fee.
WEI = st.integers(0, highest_fee() * 8 // 9 - 1)


@given(old_max=WEI, old_tip=WEI, new_max=WEI, new_tip=WEI)
def test_a_replacement_beats_the_old_by_a_tenth_and_meets_todays_price(
    old_max: int, old_tip: int, new_max: int, new_tip: int
) -> None:
    raised = raise_fees(Fees(max_fee=old_max, tip=old_tip), suggestion=Fees(max_fee=new_max, tip=new_tip))
    assert raised.max_fee * 10 > old_max * 11
    assert raised.tip * 10 > old_tip * 11
    assert raised.max_fee >= new_max
    assert raised.tip >= new_tip


@given(old_max=st.integers(highest_fee() * 8 // 9 + 1, 10**15))
def test_a_replacement_dearer_than_the_highest_fee_is_not_sent(old_max: int) -> None:
    with pytest.raises(TooDear):
        raise_fees(Fees(max_fee=old_max, tip=0), suggestion=Fees(max_fee=0, tip=0))


@given(mined=st.integers(0, 50), held=st.sets(st.integers(0, 60)))
def test_the_next_nonce_is_the_lowest_free_one(mined: int, held: set[int]) -> None:
    nonce = next_nonce(mined=mined, held=held)
    assert nonce >= mined
    assert nonce not in held
    assert all(lower in held for lower in range(mined, nonce))


def test_suggested_fees_outlive_a_doubling_of_the_base_fee(world: World) -> None:
    base = int(world.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    fees = suggest(world.chain)
    assert fees.max_fee >= 2 * base + fees.tip


def test_a_bad_key_is_refused_without_being_quoted() -> None:
    assert KeySigner(KEYS["kim"] + "\n").address == ADDRESS["kim"]
    for key in ("", "0x12", "s3cret", KEYS["kim"] + "00"):
        with pytest.raises(ValueError, match="32 bytes") as caught:
            KeySigner(key)
        assert not key or key not in str(caught.value)
        assert caught.value.__cause__ is None
