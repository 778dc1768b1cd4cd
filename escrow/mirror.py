"""Folding events into the state of one escrow, exactly as the contract moves it. Pure.

The table is that of `contracts/src/IEscrow.sol`; a history the contract cannot have written raises `BadHistory`, which
means that a node left something out or made something up. Events are read where they lie in their payload
(`decode.py`): a backfill folds a hundred thousand a second, and most of them are never looked at again.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from escrow.decode import RawEvent, read_address
from escrow.events import OPEN


class BadHistory(Exception):
    """These events cannot have happened in this order."""


class EscrowState(msgspec.Struct, frozen=True, gc=False):
    """One escrow after some events. `deadline` is Unix seconds or 0; amounts are zero until the coins have moved.

    `funded` is the payload of the event that published the terms; `block_number` and `tx_hash` are those of the last
    change of status.
    """

    trade_id: str
    funded: str
    amount: int
    status: str
    deadline: int
    block_number: int
    tx_hash: str
    to_buyer: int = 0
    to_seller: int = 0
    fee: int = 0


class CreditChange(NamedTuple):
    """`amount` base units more (or fewer) that `account` may withdraw in `token`."""

    account: str
    token: str
    amount: int


def fold(history: Iterable[RawEvent]) -> EscrowState | None:
    """Return the escrow of one trade after its events in chain order; None when it was never funded."""
    state: EscrowState | None = None
    for event in history:
        state = step(state, event)
    return state


def step(state: EscrowState | None, event: RawEvent) -> EscrowState:
    """Return the state after one more event. Raises `BadHistory`."""
    name, trade_id, payload = event.name, event.trade_id, event.payload
    if name == "Funded":
        if state is not None:
            raise BadHistory(f"{trade_id} was funded twice")
        amount, pay_by = _number(payload, 6), _number(payload, 10)
        return EscrowState(trade_id, payload, amount, "funded", pay_by, event.block_number, event.tx_hash)
    if name == "Withdrawn":
        raise BadHistory("a withdrawal belongs to no trade")
    if state is None:
        raise BadHistory(f"{trade_id} had {name} before it was funded")
    if trade_id != state.trade_id:
        raise BadHistory(f"{trade_id} is another trade than {state.trade_id}")
    if name == "Paid":
        return _move(state, event, "paid", _number(payload, 1), since=("funded",))
    if name == "Disputed":
        return _move(state, event, "disputed", _number(payload, 2), since=("paid",))
    if name == "Released":
        return _close(state, event, "released", to_buyer=_number(payload, 1), fee=_number(payload, 2))
    if name == "Refunded":
        since = ("funded",) if _number(payload, 2) == 1 else OPEN
        return _close(state, event, "refunded", to_seller=_number(payload, 1), since=since)
    if name == "Resolved":
        to_buyer, to_seller, fee = (_number(payload, word) for word in (4, 5, 6))
        return _close(state, event, "resolved", to_buyer=to_buyer, to_seller=to_seller, fee=fee)
    if name == "Credited" and state.status in OPEN:
        raise BadHistory(f"{trade_id} had a payout while {state.status}")
    return state  # evidence and credits move no status


def _move(state: EscrowState, event: RawEvent, status: str, deadline: int, *, since: Iterable[str]) -> EscrowState:
    if state.status not in since:
        raise BadHistory(f"{state.trade_id} had {event.name} while {state.status}")
    return EscrowState(state.trade_id, state.funded, state.amount, status, deadline, event.block_number, event.tx_hash)


def _close(
    state: EscrowState,
    event: RawEvent,
    status: str,
    *,
    to_buyer: int = 0,
    to_seller: int = 0,
    fee: int = 0,
    since: Iterable[str] = OPEN,
) -> EscrowState:
    if state.status not in since:
        raise BadHistory(f"{state.trade_id} had {event.name} while {state.status}")
    if to_buyer + to_seller + fee != state.amount:
        raise BadHistory(f"{state.trade_id} paid out another amount than it held")
    return EscrowState(
        state.trade_id,
        state.funded,
        state.amount,
        status,
        0,
        event.block_number,
        event.tx_hash,
        to_buyer,
        to_seller,
        fee,
    )


def credit_change(name: str, payload: str, *, funded: str | None) -> CreditChange | None:
    """Return how an event changes what somebody may withdraw; `funded` is the payload of its trade's first event.

    Fees are credited without an event of their own: the event that ended the trade names them.
    """
    if name == "Credited":
        return CreditChange(_address(payload, 1), _address(payload, 2), _number(payload, 3))
    if name == "Withdrawn":
        return CreditChange(_address(payload, 0), _address(payload, 1), -_number(payload, 3))
    word = {"Released": 2, "Resolved": 6}.get(name)
    fee = _number(payload, word) if word else 0
    if not fee:
        return None
    if funded is None:
        raise BadHistory(f"0x{payload[:64]} ended before it was funded")
    return CreditChange(_address(funded, 8), _address(funded, 5), fee)


def _number(payload: str, word: int) -> int:
    return int(payload[64 * word : 64 * word + 64], 16)


def _address(payload: str, word: int) -> str:
    return read_address(payload[64 * word : 64 * word + 64])
