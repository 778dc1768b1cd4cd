"""Log → frozen event, by fixed offsets: every argument but one lies at a known word, so no ABI decoder is needed.

A log is kept as its *payload*: the indexed words first, then the data, as hex without 0x. Word `n` is at `64 * n`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_utils.address import to_checksum_address

from escrow import abi
from escrow.events import (
    RESOLUTIONS,
    Credited,
    Disputed,
    Event,
    Evidence,
    Funded,
    Paid,
    Refunded,
    Released,
    Resolved,
    Withdrawn,
)
from escrow.terms import Terms


class BadLog(Exception):
    """A log that the contract cannot have written: the node is broken or lies."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One log as the tables keep it; `trade_id` is empty for `Withdrawn`."""

    contract: str
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int
    name: str
    trade_id: str
    payload: str


_HEX = re.compile(r"[0-9a-f]*")
_HASH = re.compile(r"0x[0-9a-f]{64}")
# Event: (words at least, words at most or 0 for no limit, the word that holds the trade id or -1).
_SHAPES = {
    "Funded": (16, 16, 0),
    "Paid": (2, 2, 0),
    "Disputed": (3, 3, 0),
    "Released": (3, 3, 0),
    "Refunded": (3, 3, 0),
    "Resolved": (7, 7, 0),
    "Credited": (4, 4, 0),
    "Withdrawn": (4, 4, -1),
    "Evidence": (6, 0, 1),
}


def event_topics() -> list[str]:
    """Return topic 0 of each event that is followed, for a node's log filter."""
    return [topic for topic, name in abi.topics().items() if name in _SHAPES]


def read_log(log: dict[str, Any]) -> RawEvent:
    """Return a JSON-RPC log as it will be stored. Raises `BadLog`."""
    try:
        topics: Sequence[str] = log["topics"]
        name = abi.topics()[topics[0]]
        payload = ("".join(topic[2:] for topic in topics[1:]) + log["data"][2:]).lower()
        least, most, place = _SHAPES[name]
        if len(payload) < 64 * least or (most and len(payload) != 64 * most) or log.get("removed"):
            raise BadLog(f"a log of {name} has the wrong length or was removed")
        block_hash, tx_hash = log["blockHash"].lower(), log["transactionHash"].lower()
        # What passes here is written to a table as it is.
        if not _HEX.fullmatch(payload) or not _HASH.fullmatch(block_hash) or not _HASH.fullmatch(tx_hash):
            raise BadLog(f"a log of {name} is not hexadecimal")
        return RawEvent(
            contract=read_address("0" * 24 + log["address"][2:].lower()),
            block_number=int(log["blockNumber"], 16),
            block_hash=block_hash,
            tx_hash=tx_hash,
            log_index=int(log["logIndex"], 16),
            name=name,
            trade_id="0x" + payload[64 * place : 64 * place + 64] if place >= 0 else "",
            payload=payload,
        )
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadLog(f"a log cannot be read: {error!r}") from error


def read_event(name: str, payload: str) -> Event:
    """Return the event kept as `payload`. Raises `BadLog`."""
    try:
        return _READERS[name](payload)
    except (KeyError, ValueError, IndexError) as error:
        raise BadLog(f"{name} cannot be read: {error!r}") from error


@lru_cache(maxsize=65536)
def read_address(word: str) -> str:
    """Return the checksummed address in one word; cached, since the checksum costs a hash and people come back."""
    if len(word) != 64 or word[:24] != "0" * 24:
        raise ValueError("not an address")
    return str(to_checksum_address("0x" + word[24:]))


def _address(payload: str, word: int) -> str:
    return read_address(payload[64 * word : 64 * word + 64])


def _int(payload: str, word: int) -> int:
    return int(payload[64 * word : 64 * word + 64], 16)


def _bytes32(payload: str, word: int) -> str:
    return "0x" + payload[64 * word : 64 * word + 64]


def _read_funded(payload: str) -> Funded:
    terms = Terms(
        seller=_address(payload, 3),
        buyer=_address(payload, 4),
        token=_address(payload, 5),
        amount=_int(payload, 6),
        arbiter=_address(payload, 7),
        fee_recipient=_address(payload, 8),
        fee_bps=_int(payload, 9),
        pay_by=_int(payload, 10),
        confirm_window=_int(payload, 11),
        arbitration_window=_int(payload, 12),
        fallback_buyer_bps=_int(payload, 13),
        details=_bytes32(payload, 14),
        salt=_int(payload, 15),
    )
    return Funded(trade_id=_bytes32(payload, 0), terms=terms)


def _read_paid(payload: str) -> Paid:
    return Paid(trade_id=_bytes32(payload, 0), confirm_by=_int(payload, 1))


def _read_disputed(payload: str) -> Disputed:
    return Disputed(trade_id=_bytes32(payload, 0), by=_address(payload, 1), rule_by=_int(payload, 2))


def _read_released(payload: str) -> Released:
    return Released(trade_id=_bytes32(payload, 0), to_buyer=_int(payload, 1), fee=_int(payload, 2))


def _read_refunded(payload: str) -> Refunded:
    return Refunded(trade_id=_bytes32(payload, 0), to_seller=_int(payload, 1), expired=_int(payload, 2) == 1)


def _read_resolved(payload: str) -> Resolved:
    how = _int(payload, 1)
    if how >= len(RESOLUTIONS):
        raise ValueError(f"resolution {how} is unknown")
    return Resolved(
        trade_id=_bytes32(payload, 0),
        how=how,
        buyer_bps=_int(payload, 2),
        reason_code=_int(payload, 3),
        to_buyer=_int(payload, 4),
        to_seller=_int(payload, 5),
        fee=_int(payload, 6),
    )


def _read_credited(payload: str) -> Credited:
    return Credited(
        trade_id=_bytes32(payload, 0),
        account=_address(payload, 1),
        token=_address(payload, 2),
        amount=_int(payload, 3),
    )


def _read_withdrawn(payload: str) -> Withdrawn:
    return Withdrawn(
        account=_address(payload, 0), token=_address(payload, 1), to=_address(payload, 2), amount=_int(payload, 3)
    )


def _read_evidence(payload: str) -> Evidence:
    length = _int(payload, 5)
    if _int(payload, 4) != 64 or 64 * 6 + 2 * length > len(payload):
        raise ValueError("the text is cut off")
    # Anyone may write any bytes on chain: what is no UTF-8, and NUL, which PostgreSQL cannot hold, is replaced.
    uri = bytes.fromhex(payload[64 * 6 : 64 * 6 + 2 * length]).decode("utf-8", "replace").replace("\0", "\ufffd")
    return Evidence(
        arbiter=_address(payload, 0),
        trade_id=_bytes32(payload, 1),
        party=_address(payload, 2),
        content_hash=_bytes32(payload, 3),
        uri=uri,
    )


_READERS: dict[str, Callable[[str], Event]] = {
    "Funded": _read_funded,
    "Paid": _read_paid,
    "Disputed": _read_disputed,
    "Released": _read_released,
    "Refunded": _read_refunded,
    "Resolved": _read_resolved,
    "Credited": _read_credited,
    "Withdrawn": _read_withdrawn,
    "Evidence": _read_evidence,
}
