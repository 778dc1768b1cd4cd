"""Terms, trade ids and digests are the same here, in Solidity and in the wallets' own library."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow.terms import (
    ACTIONS,
    Domain,
    Terms,
    TypedData,
    action_typed_data,
    digest,
    ruling_typed_data,
    split_typed_data,
    terms_typed_data,
    trade_id,
)
from escrow.typed_data import hash_struct
from tests.chain.world import sample_terms

VECTORS = Path(__file__).resolve().parents[2] / "contracts" / "test" / "vectors" / "eip712.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
DOMAIN = Domain(chain_id=31337, contract="0xEc2Bf2568acE34f952ebe697715CFf794a400A05")
TRADE = "0x" + "ab" * 32


def wallet_digest(typed_data: TypedData) -> bytes:
    """What eth-account, a second implementation of EIP-712, would sign."""
    message = encode_typed_data(full_message=dict(typed_data))
    return keccak(b"\x19" + message.version + message.header + message.body)


def hexed(typed_data: TypedData) -> str:
    return "0x" + digest(typed_data).hex()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_digest_equals_the_contracts(case: dict[str, Any]) -> None:
    domain = Domain(chain_id=int(case["domain"]["chainId"]), contract=case["domain"]["verifyingContract"])
    terms = Terms.from_json(case["terms"])
    known = trade_id(terms, domain)
    assert known == case["trade_id"]
    typed = terms_typed_data(terms, domain)
    assert hash_struct("EIP712Domain", typed["domain"], types=typed["types"]).hex() == case["domain_separator"][2:]
    assert set(case["actions"]) == set(ACTIONS)
    for action, told in case["actions"].items():
        until = int(told["valid_until"])
        made = action_typed_data(trade_id=known, action=action, valid_until=until, domain=domain)
        assert hexed(made) == told["digest"]
    split = case["split"]
    assert hexed(split_typed_data(trade_id=known, buyer_bps=int(split["buyer_bps"]), domain=domain)) == split["digest"]
    ruling = case["ruling"]
    ruled = ruling_typed_data(
        trade_id=known,
        buyer_bps=int(ruling["buyer_bps"]),
        reason_code=int(ruling["reason_code"]),
        valid_until=int(ruling["valid_until"]),
        domain=domain,
    )
    assert hexed(ruled) == ruling["digest"]


@given(
    amount=st.integers(0, 2**256 - 1),
    salt=st.integers(0, 2**256 - 1),
    pay_by=st.integers(0, 2**40 - 1),
    fee_bps=st.integers(0, 2**16 - 1),
    details=st.binary(min_size=32, max_size=32),
)
def test_any_terms_are_hashed_as_wallets_hash_them(
    amount: int, salt: int, pay_by: int, fee_bps: int, details: bytes
) -> None:
    terms = sample_terms(amount=amount, salt=salt, pay_by=pay_by, fee_bps=fee_bps, details="0x" + details.hex())
    typed = terms_typed_data(terms, DOMAIN)
    assert digest(typed) == wallet_digest(typed)
    assert Terms.from_json(terms.to_json()) == terms
    assert Terms.from_json(json.loads(json.dumps(terms.to_json()))) == terms


def test_nested_structs_and_arrays_are_hashed_as_wallets_hash_them() -> None:
    typed: TypedData = {
        "types": {
            "Mail": [
                {"name": "from", "type": "Person"},
                {"name": "to", "type": "Person[]"},
                {"name": "body", "type": "string"},
                {"name": "flags", "type": "bool[2]"},
                {"name": "small", "type": "int8"},
                {"name": "blob", "type": "bytes"},
                {"name": "tag", "type": "bytes4"},
            ],
            "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "salt", "type": "bytes32"}],
        },
        "primaryType": "Mail",
        "domain": {"name": "Post", "salt": "0x" + "0c" * 32},
        "message": {
            "from": {"name": "Sara", "wallet": DOMAIN.contract},
            "to": [{"name": "Ben", "wallet": DOMAIN.contract}, {"name": "Carol", "wallet": DOMAIN.contract}],
            "body": "Grüezi",
            "flags": [True, False],
            "small": -5,
            "blob": "0x0102",
            "tag": "0xdeadbeef",
        },
    }
    assert digest(typed) == wallet_digest(typed)


def test_the_same_action_is_another_digest_on_another_chain_contract_trade_or_deadline() -> None:
    base: dict[str, Any] = {"trade_id": TRADE, "action": "release", "valid_until": 5, "domain": DOMAIN}
    variants: list[dict[str, Any]] = [
        {},
        {"trade_id": "0x" + "cd" * 32},
        {"action": "cancel"},
        {"valid_until": 6},
        {"domain": Domain(chain_id=1, contract=DOMAIN.contract)},
        {"domain": Domain(chain_id=31337, contract="0x" + "00" * 19 + "01")},
    ]
    assert len({digest(action_typed_data(**(base | change))) for change in variants}) == len(variants)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("amount", "-1"),
        ("amount", "1e18"),
        ("amount", "0x10"),
        ("amount", "١"),
        ("amount", 1.0),
        ("amount", True),
        ("amount", None),
        ("amount", str(2**256)),
        ("feeBps", 2**16),
        ("payBy", 2**40),
        ("seller", "0x1234"),
        ("seller", "0x" + "zz" * 20),
        ("seller", "70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        ("seller", "0x70997970c51812DC3A010C7d01b50e0d17dc79C8"),
        ("details", "0x12"),
        ("details", "0x" + " 1" * 32),
        ("details", "0x" + "11" * 32 + "\n"),
    ],
)
def test_impossible_terms_are_refused_by_the_name_of_the_member(member: str, value: object) -> None:
    with pytest.raises(ValueError, match=member):
        Terms.from_json(sample_terms().to_json() | {member: value})


def test_missing_and_unknown_members_are_refused() -> None:
    whole = sample_terms().to_json()
    with pytest.raises(ValueError, match="salt is missing"):
        Terms.from_json({name: value for name, value in whole.items() if name != "salt"})
    with pytest.raises(ValueError, match="tip is no member"):
        Terms.from_json(whole | {"tip": 1})
    with pytest.raises(ValueError, match="object"):
        Terms.from_json([])


def test_an_unknown_action_cannot_be_signed() -> None:
    with pytest.raises(ValueError, match="steal"):
        action_typed_data(trade_id=TRADE, action="steal", valid_until=1, domain=DOMAIN)


@pytest.mark.parametrize(
    "change",
    [
        {"tradeId": "0x12"},
        {"tradeId": 5},
        {"validUntil": -1},
        {"validUntil": 2**40},
        {"validUntil": "1_000"},
        {"action": 7},
        {"extra": 1},
    ],
)
def test_typed_data_that_does_not_fit_its_types_has_no_digest(change: dict[str, Any]) -> None:
    typed = action_typed_data(trade_id=TRADE, action="release", valid_until=1, domain=DOMAIN)
    typed["message"] = typed["message"] | change
    with pytest.raises(ValueError, match=r"."):
        digest(typed)
