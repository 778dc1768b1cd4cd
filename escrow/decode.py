"""Log → frozen event, by fixed offsets: every argument but one lies at a known word, so no ABI decoder is needed.

A log is kept as its *payload*: the indexed words first, then the data, as hex without 0x. Word `n` is at `64 * n`.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

import msgspec
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


class Log(msgspec.Struct, rename="camel", gc=False):
    """A log as JSON-RPC tells it. Like an event it holds text alone, so that there is no garbage to look for in it."""

    address: str
    topics: tuple[str, ...]
    data: str
    block_hash: str
    block_number: str
    transaction_hash: str
    log_index: str
    removed: bool = False


class RawEvent(msgspec.Struct, frozen=True, order=True, gc=False):
    """One log as the tables keep it; sorts in chain order. `trade_id` is empty for `Withdrawn`.

    A backfill makes a million of them: a frozen dataclass takes ten times as long to make.
    """

    block_number: int
    log_index: int
    contract: str
    block_hash: str
    tx_hash: str
    name: str
    trade_id: str
    payload: str


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
# Read whole where they come in, so that nothing unreadable gets into the tables; `Funded` is when it is folded.
_RARE = frozenset({"Disputed", "Resolved", "Credited", "Withdrawn", "Evidence"})


@cache
def event_topics() -> list[str]:
    """Return topic 0 of each event that is followed, for a node's log filter."""
    return [topic for topic, name in abi.topics().items() if name in _SHAPES]


def read_logs(logs: Iterable[Log]) -> list[RawEvent]:
    """Return logs as they will be stored, in their order. Raises `BadLog`."""
    names = abi.topics()
    events = []
    contracts: dict[str, str] = {}
    # Neighbours share these, so that each is read once; as told, and as read.
    last_block = last_tx = last_height = None
    block_hash = tx_hash = ""
    number = 0
    try:
        for log in logs:
            topics = log.topics
            name = names[topics[0]]
            payload = ("".join([topic[2:] for topic in topics[1:]]) + log.data[2:]).lower()
            least, most, place = _SHAPES[name]
            size = len(payload)
            if size < 64 * least or (most and size != 64 * most) or log.removed:
                raise BadLog(f"a log of {name} has the wrong length or was removed")
            # What passes here is written to a table as it is. `fromhex` skips spaces, so what it read is counted.
            if 2 * len(bytes.fromhex(payload)) != size:
                raise BadLog(f"a log of {name} is not hexadecimal")
            if log.block_hash != last_block:
                last_block, block_hash = log.block_hash, _read_hash(log.block_hash)
            if log.transaction_hash != last_tx:
                last_tx, tx_hash = log.transaction_hash, _read_hash(log.transaction_hash)
            if log.block_number != last_height:
                last_height, number = log.block_number, int(log.block_number, 16)
            if name in _RARE:
                _READERS[name](payload)
            address = log.address
            contract = contracts.get(address)
            if contract is None:
                contract = contracts[address] = read_address("0" * 24 + address[2:].lower())
            trade_id = "0x" + payload[64 * place : 64 * place + 64] if place >= 0 else ""
            index = int(log.log_index, 16)
            events.append(RawEvent(number, index, contract, block_hash, tx_hash, name, trade_id, payload))
    except (KeyError, IndexError, ValueError) as error:
        raise BadLog(f"a log cannot be read: {error!r}") from error
    return events


def _read_hash(value: str) -> str:
    lower = value.lower()
    if not _HASH.fullmatch(lower):
        raise BadLog(f"{value!r} is no hash")
    return lower


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
