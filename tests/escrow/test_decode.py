"""Logs become events by fixed offsets, the same as a general ABI decoder reads them; impossible logs are refused."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from escrow import abi, calls
from escrow.decode import BadLog, event_topics, read_event
from escrow.terms import trade_id
from tests.chain.world import ADDRESS, sample_terms
from tests.escrow.payloads import read_log
from tests.escrow.test_calls import DOMAIN

ID = "0x" + "ab" * 32
UINT = st.integers(0, 2**256 - 1)
ADDRESSES = st.sampled_from(sorted(ADDRESS.values()))


def topic(name: str) -> str:
    return next(hashed for hashed, event in abi.topics().items() if event == name)


def make_log(name: str, indexed: list[tuple[str, Any]], plain: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        "address": DOMAIN.contract.lower(),
        "topics": [topic(name), *("0x" + encode([kind], [value]).hex() for kind, value in indexed)],
        "data": "0x" + encode([kind for kind, _ in plain], [value for _, value in plain]).hex(),
        "blockNumber": "0x10",
        "blockHash": "0x" + "01" * 32,
        "transactionHash": "0x" + "02" * 32,
        "logIndex": "0x3",
        "removed": False,
    }


def args_of(log: dict[str, Any]) -> dict[str, Any]:
    raw = read_log(log)
    return read_event(raw.name, raw.payload).args()


ID_TOPIC = ("bytes32", bytes.fromhex(ID[2:]))


@given(amount=UINT, salt=UINT)
def test_funded_tells_the_terms(amount: int, salt: int) -> None:
    terms = sample_terms(amount=amount, salt=salt)
    shape = abi._entries("event")["Funded"].types[3]
    log = make_log(
        "Funded",
        [ID_TOPIC, ("address", terms.seller), ("address", terms.buyer)],
        [(shape, calls.as_tuple(terms))],
    )
    raw = read_log(log)
    assert (raw.contract, raw.block_number, raw.log_index, raw.trade_id) == (DOMAIN.contract, 16, 3, ID)
    event = read_event(raw.name, raw.payload)
    assert event.args()["terms"] == terms.to_json() | {"amount": amount, "salt": salt}
    assert trade_id(event.terms, DOMAIN) == trade_id(terms, DOMAIN)  # type: ignore[union-attr]


@given(first=UINT, second=UINT, third=UINT, bps=st.integers(0, 10_000), reason=st.integers(0, 65535))
def test_amounts_are_exact_at_any_size(first: int, second: int, third: int, bps: int, reason: int) -> None:
    assert args_of(make_log("Released", [ID_TOPIC], [("uint256", first), ("uint256", second)])) == {
        "tradeId": ID,
        "toBuyer": first,
        "fee": second,
    }
    resolved = make_log(
        "Resolved",
        [ID_TOPIC, ("uint8", 1)],
        [("uint16", bps), ("uint16", reason), ("uint256", first), ("uint256", second), ("uint256", third)],
    )
    assert args_of(resolved) == {
        "tradeId": ID,
        "how": 1,
        "buyerBps": bps,
        "reasonCode": reason,
        "toBuyer": first,
        "toSeller": second,
        "fee": third,
    }


@given(account=ADDRESSES, token=ADDRESSES, to=ADDRESSES, amount=UINT, expired=st.booleans())
def test_people_and_flags(account: str, token: str, to: str, amount: int, expired: bool) -> None:
    credited = make_log("Credited", [ID_TOPIC, ("address", account), ("address", token)], [("uint256", amount)])
    assert args_of(credited) == {"tradeId": ID, "account": account, "token": token, "amount": amount}
    withdrawn = make_log(
        "Withdrawn", [("address", account), ("address", token)], [("address", to), ("uint256", amount)]
    )
    assert read_log(withdrawn).trade_id == ""
    assert args_of(withdrawn) == {"account": account, "token": token, "to": to, "amount": amount}
    refunded = make_log("Refunded", [ID_TOPIC], [("uint256", amount), ("bool", expired)])
    assert args_of(refunded) == {"tradeId": ID, "toSeller": amount, "expired": expired}
    disputed = make_log("Disputed", [ID_TOPIC, ("address", account)], [("uint40", 7)])
    assert args_of(disputed) == {"tradeId": ID, "by": account, "ruleBy": 7}
    assert args_of(make_log("Paid", [ID_TOPIC], [("uint40", 9)])) == {"tradeId": ID, "confirmBy": 9}


@given(uri=st.text())
def test_a_strangers_text_is_kept_except_for_what_no_database_can_hold(uri: str) -> None:
    try:
        uri.encode()
    except UnicodeEncodeError:
        return
    log = make_log(
        "Evidence",
        [("address", ADDRESS["carol"]), ID_TOPIC, ("address", ADDRESS["ben"])],
        [("bytes32", b"\x05" * 32), ("string", uri)],
    )
    assert read_log(log).trade_id == ID
    assert args_of(log) == {
        "arbiter": ADDRESS["carol"],
        "tradeId": ID,
        "party": ADDRESS["ben"],
        "contentHash": "0x" + "05" * 32,
        "uri": uri.replace("\0", "\ufffd"),
    }


GOOD = make_log("Released", [ID_TOPIC], [("uint256", 1), ("uint256", 2)])


@pytest.mark.parametrize(
    "change",
    [
        {"topics": []},
        {"topics": ["0x" + "00" * 32]},
        {"topics": GOOD["topics"][:1]},
        {"topics": [*GOOD["topics"], "0x" + "00" * 32]},
        {"data": "0x"},
        {"data": GOOD["data"] + "00" * 32},
        {"blockNumber": ""},
        {"blockNumber": "0x"},
        {"logIndex": "zz"},
        {"removed": True},
        {"address": "0x12"},
        {"blockHash": "0x12"},
        {"blockHash": ""},
        {"transactionHash": ""},
        {"transactionHash": "0x" + "0\t" * 32},
        {"data": GOOD["data"][:-1] + "\n"},
    ],
)
def test_a_log_the_contract_cannot_have_written_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadLog):
        read_log(GOOD | change)


def test_impossible_arguments_are_refused() -> None:
    with pytest.raises(BadLog):
        read_event("Resolved", ID[2:] + "9".rjust(64, "0") + "0" * 64 * 5)
    with pytest.raises(BadLog):
        read_event("Evidence", "0" * 64 + ID[2:] + "0" * 128 + "40".rjust(64, "0") + "ff".rjust(64, "0"))
    with pytest.raises(BadLog):
        read_event("Disputed", ID[2:] + "f" * 64 + "0" * 64)


def test_only_our_events_are_asked_for() -> None:
    asked = {abi.topics()[hashed] for hashed in event_topics()}
    assert asked == {
        "Funded",
        "Paid",
        "Disputed",
        "Released",
        "Refunded",
        "Resolved",
        "Credited",
        "Withdrawn",
        "Evidence",
    }
    assert "0x" + keccak(text="Paid(bytes32,uint40)").hex() in event_topics()
