"""A signature counts exactly when the contract would count it."""

import time

import pytest
from eth_account import Account as Wallet
from eth_account.messages import encode_defunct
from pytest_django import Settings

from escrow.signatures import BadSignature, check, recover
from tests.chain.world import ADDRESS, KEYS, WALLETS, World, sign_digest

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DIGEST = b"\x5a" * 32
GOOD = sign_digest("sara", DIGEST)
SAFE = "0x5afe000000000000000000000000000000005afe"
MAGIC = "631626ba7e"
RETURN_WORD = "60e01b60005260206000f3"


def twin(signature: str) -> str:
    """The other signature of the same key over the same digest: s mirrored, v flipped."""
    s = ORDER - int(signature[66:130], 16)
    return signature[:66] + f"{s:064x}" + ("1b" if signature[-2:] == "1c" else "1c")


def compact(signature: str) -> str:
    """The 64-byte form of EIP-2098."""
    bit = int(signature[-2:], 16) - 27
    return signature[:66] + f"{int(signature[66:130], 16) | bit << 255:064x}"


def test_the_signer_is_recovered() -> None:
    for name in KEYS:
        assert recover(DIGEST, sign_digest(name, DIGEST)) == ADDRESS[name]


def test_recovery_agrees_with_a_second_implementation() -> None:
    for number in range(20):
        text = f"message {number}"
        signed = WALLETS["ben"].sign_message(encode_defunct(text=text))
        digest = bytes(signed.message_hash)
        theirs = Wallet.recover_message(encode_defunct(text=text), signature=signed.signature)
        assert recover(digest, "0x" + bytes(signed.signature).hex()) == theirs == ADDRESS["ben"]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "0x",
        "ab" * 65,
        "0x" + "zz" * 65,
        GOOD[:-2],
        GOOD + "00",
        GOOD + "\n",
        compact(GOOD),
        twin(GOOD),
        GOOD[:-2] + "00",
        GOOD[:-2] + "01",
        GOOD[:-2] + "1d",
        "0x" + "00" * 64 + "1b",
        "0x" + "ff" * 64 + "1b",
        "0x" + "00" * 32 + GOOD[66:],
    ],
)
def test_only_the_one_valid_form_is_read(signature: str) -> None:
    with pytest.raises(BadSignature):
        recover(DIGEST, signature)


def test_malformed_values_are_refused_whatever_their_type() -> None:
    for value in (None, 5, b"\x00" * 65, [GOOD]):
        with pytest.raises(BadSignature):
            recover(DIGEST, value)  # type: ignore[arg-type]


def test_a_foreign_signature_and_one_over_something_else_are_refused(world: World) -> None:
    check(DIGEST, GOOD, signer=ADDRESS["sara"])
    check(DIGEST, GOOD, signer=ADDRESS["sara"].lower())
    for digest, signature, signer in [
        (DIGEST, GOOD, "mallory"),
        (DIGEST, sign_digest("mallory", DIGEST), "sara"),
        (b"\x5b" * 32, GOOD, "sara"),
        (DIGEST, twin(GOOD), "sara"),
        (DIGEST, compact(GOOD), "sara"),
    ]:
        with pytest.raises(BadSignature):
            check(digest, signature, signer=ADDRESS[signer])


def test_a_contract_wallet_signs_as_it_says_itself(world: World) -> None:
    only_this = f"7f{DIGEST.hex()}60043514{MAGIC}02{RETURN_WORD}"
    world.rpc("anvil_setCode", SAFE, "0x" + only_this)
    check(DIGEST, "0x", signer=SAFE)
    check(DIGEST, "0x" + "12" * 200, signer=SAFE)
    with pytest.raises(BadSignature):
        check(b"\x01" * 32, "0x", signer=SAFE)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("reverts", "60006000fd"),
        ("answers junk", "600160005260206000f3"),
        ("answers too little", f"{MAGIC}60e01b60005260046000f3"),
        ("answers the magic with dirt behind it", f"7f1626ba7e{'ff' * 28}60005260206000f3"),
        ("answers nothing", "00"),
        ("runs for ever", "5b600056"),
    ],
)
def test_a_contract_wallet_that_does_not_say_yes_says_no(world: World, behaviour: str, code: str) -> None:
    world.rpc("anvil_setCode", SAFE, "0x" + code)
    started = time.monotonic()
    with pytest.raises(BadSignature):
        check(DIGEST, GOOD, signer=SAFE)
    assert time.monotonic() - started < 4, behaviour


def test_a_delegated_account_signs_with_its_own_key(world: World) -> None:
    world.rpc("anvil_setCode", ADDRESS["sara"], "0xef0100" + SAFE[2:].lower())
    world.rpc("anvil_setCode", SAFE, "0x60006000fd")
    check(DIGEST, GOOD, signer=ADDRESS["sara"])


def test_a_contract_wallet_is_not_believed_while_no_node_answers(settings: Settings) -> None:
    settings.CHAIN_RPC_URLS = ["http://127.0.0.1:9"]
    check(DIGEST, GOOD, signer=ADDRESS["sara"])
    with pytest.raises(BadSignature, match="cannot be asked"):
        check(DIGEST, GOOD, signer=SAFE)


def test_an_endless_signature_is_refused_before_anyone_is_asked(settings: Settings) -> None:
    settings.CHAIN_RPC_URLS = ["http://127.0.0.1:9"]
    with pytest.raises(BadSignature, match="too long"):
        check(DIGEST, "0x" + "00" * 5000, signer=SAFE)
