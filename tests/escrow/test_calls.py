"""Calls say exactly what they are meant to say."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import decode

from escrow import abi, calls
from escrow.keeper.policy import RELAYABLE
from escrow.terms import ZERO, Domain, Terms
from tests.chain.world import sample_terms

DOMAIN = Domain(chain_id=31337, contract="0xEc2Bf2568acE34f952ebe697715CFf794a400A05")
TOKEN = "0xBA975da4d2459Aa3F11D31291a25A8358F84946d"
SIGNATURE = "0x" + "ab" * 65
OTHER = "0x" + "cd" * 65
BEN = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


def read(call: calls.Call) -> tuple[str, tuple[Any, ...]]:
    assert call.to == DOMAIN.contract
    assert call.chain_id == DOMAIN.chain_id
    return abi.decode_call(call.data)


def terms_of(raw: tuple[Any, ...]) -> tuple[Any, ...]:
    """Decoded addresses are lower-case: compare the numbers behind them."""
    return tuple(part.lower() if isinstance(part, str) else part for part in raw)


def expected(terms: Terms) -> tuple[Any, ...]:
    return terms_of(calls.as_tuple(terms))


def test_native_coins_are_locked_with_exactly_the_amount_as_value() -> None:
    terms = sample_terms(amount=7)
    call = calls.fund(terms, DOMAIN)
    name, (raw,) = read(call)
    assert (name, call.value, terms_of(raw)) == ("fundEth", 7, expected(terms))
    assert calls.approve(terms, DOMAIN) is None
    assert call.to_json() == {"to": DOMAIN.contract, "data": call.data, "value": "7", "chain_id": 31337}


def test_a_token_is_approved_for_exactly_the_amount_and_never_more() -> None:
    terms = sample_terms(token=TOKEN, amount=250)
    approval = calls.approve(terms, DOMAIN)
    assert approval is not None
    assert (approval.to, approval.value, approval.data[:10]) == (TOKEN, 0, "0x095ea7b3")
    spender, amount = decode(["address", "uint256"], bytes.fromhex(approval.data[10:]))
    assert (spender.lower(), amount) == (DOMAIN.contract.lower(), 250)
    name, _ = read(calls.fund(terms, DOMAIN))
    assert (name, calls.fund(terms, DOMAIN).value) == ("fund", 0)


@pytest.mark.parametrize(
    ("action", "own", "relayed"),
    [
        ("mark_paid", "markPaid", "markPaidBySig"),
        ("release", "release", "releaseBySig"),
        ("cancel", "cancel", "cancelBySig"),
        ("dispute", "dispute", "disputeBySig"),
    ],
)
def test_acts_by_transaction_and_by_signature(action: str, own: str, relayed: str) -> None:
    terms = sample_terms()
    assert read(calls.act(action, terms, DOMAIN))[0] == own
    call = calls.act_by_signature(action, terms, DOMAIN, signer=BEN, valid_until=99, signature=SIGNATURE)
    name, (raw, *rest) = read(call)
    by = [BEN.lower()] if action == "dispute" else []
    assert (name, terms_of(raw), list(rest)) == (relayed, expected(terms), [*by, 99, bytes.fromhex("ab" * 65)])


def test_splits_and_rulings_keep_their_figures_and_signatures_apart() -> None:
    terms = sample_terms()
    call = calls.settle(terms, DOMAIN, buyer_bps=6000, seller_signature=SIGNATURE, buyer_signature=OTHER)
    name, (_, bps, seller, buyer) = read(call)
    assert (name, bps, seller[:1], buyer[:1]) == ("settle", 6000, b"\xab", b"\xcd")
    name, (_, bps, reason) = read(calls.resolve(terms, DOMAIN, buyer_bps=1, reason_code=2))
    assert (name, bps, reason) == ("resolve", 1, 2)
    ruled = calls.resolve_by_signature(terms, DOMAIN, buyer_bps=1, reason_code=2, valid_until=3, signature=SIGNATURE)
    name, (_, bps, reason, until, _) = read(ruled)
    assert (name, bps, reason, until) == ("resolveBySig", 1, 2, 3)


def test_doors_for_everyone_and_the_way_out() -> None:
    terms = sample_terms()
    built = [calls.refund_expired, calls.escalate, calls.resolve_expired]
    assert [read(build(terms, DOMAIN))[0] for build in built] == ["refundExpired", "escalate", "resolveExpired"]
    name, (token, to) = read(calls.withdraw(DOMAIN, token=ZERO, to=BEN))
    assert (name, token, to) == ("withdraw", ZERO, BEN.lower())


def test_call_data_of_anything_else_is_not_read() -> None:
    with pytest.raises(ValueError, match="not a function"):
        abi.decode_call("0xdeadbeef")
    with pytest.raises(ValueError, match="malformed"):
        abi.decode_call(abi.selector("release") + "00")
    with pytest.raises(ValueError, match="0x-hex"):
        calls.act_by_signature("release", sample_terms(), DOMAIN, signer=BEN, valid_until=1, signature="ab")


def test_everything_the_keeper_may_send_is_in_the_abi_and_carries_no_value() -> None:
    folder = Path(__file__).resolve().parents[2] / "contracts" / "artifacts"
    entries = json.loads((folder / "Escrow.json").read_text(encoding="utf-8"))["abi"]
    functions = {entry["name"]: entry for entry in entries if entry["type"] == "function"}
    assert functions.keys() >= RELAYABLE
    assert {functions[name]["stateMutability"] for name in RELAYABLE} == {"nonpayable"}


def test_a_revert_is_read_by_the_contracts_own_names() -> None:
    assert str(abi.read_failure(selector_of("WrongStatus(uint8)") + "03".rjust(64, "0"))) == "WrongStatus(3)"
    assert str(abi.read_failure(selector_of("ZeroBuyer()"))) == "ZeroBuyer"
    assert abi.read_failure("0x").name == "Unknown"
    assert abi.read_failure(selector_of("WrongStatus(uint8)")).args == ()
    panic = abi.read_failure("0x4e487b71" + "11".rjust(64, "0"))
    assert (panic.name, panic.args) == ("Panic", (17,))


def selector_of(signature: str) -> str:
    from eth_utils.crypto import keccak

    return "0x" + keccak(text=signature)[:4].hex()
