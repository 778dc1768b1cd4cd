"""Folding events into the state of one escrow, exactly as the contract moves it. Pure.

The table is that of `contracts/src/IEscrow.sol`; a history the contract cannot have written raises `BadHistory`, which
means that a node left something out or made something up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from escrow.events import (
    OPEN,
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


class BadHistory(Exception):
    """These events cannot have happened in this order."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event and where it stands on the chain."""

    event: Event
    block_number: int
    tx_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowState:
    """One escrow after some events. `deadline` is Unix seconds or 0; amounts are zero until the coins have moved.

    `block_number` and `tx_hash` are those of the last change of status.
    """

    trade_id: str
    terms: Terms
    status: str
    deadline: int
    block_number: int
    tx_hash: str
    to_buyer: int = 0
    to_seller: int = 0
    fee: int = 0


@dataclass(frozen=True, slots=True)
class CreditChange:
    """`amount` base units more (or fewer) that `account` may withdraw in `token`."""

    account: str
    token: str
    amount: int


def fold(history: Iterable[Happened]) -> EscrowState | None:
    """Return the escrow of one trade after its events in chain order; None when it was never funded."""
    state: EscrowState | None = None
    for happened in history:
        state = step(state, happened)
    return state


def step(state: EscrowState | None, happened: Happened) -> EscrowState | None:
    """Return the state after one more event. Raises `BadHistory`."""
    event = happened.event
    if isinstance(event, Funded):
        if state is not None:
            raise BadHistory(f"{event.trade_id} was funded twice")
        return EscrowState(
            trade_id=event.trade_id,
            terms=event.terms,
            status="funded",
            deadline=event.terms.pay_by,
            block_number=happened.block_number,
            tx_hash=happened.tx_hash,
        )
    if isinstance(event, Withdrawn):
        raise BadHistory("a withdrawal belongs to no trade")
    if state is None:
        raise BadHistory(f"{event.trade_id} had {event.name} before it was funded")
    if event.trade_id != state.trade_id:
        raise BadHistory(f"{event.trade_id} is another trade than {state.trade_id}")
    if isinstance(event, Evidence):
        return state
    if isinstance(event, Credited):
        if state.status in OPEN:
            raise BadHistory(f"{event.trade_id} had a payout while {state.status}")
        return state
    moved = replace(state, block_number=happened.block_number, tx_hash=happened.tx_hash)
    return _move(moved, event)


def _move(state: EscrowState, event: Paid | Disputed | Released | Refunded | Resolved) -> EscrowState:
    if isinstance(event, Paid):
        _expect(state, event, {"funded"})
        return replace(state, status="paid", deadline=event.confirm_by)
    if isinstance(event, Disputed):
        _expect(state, event, {"paid"})
        return replace(state, status="disputed", deadline=event.rule_by)
    if isinstance(event, Refunded):
        _expect(state, event, {"funded"} if event.expired else OPEN)
        return _close(state, "refunded", to_buyer=0, to_seller=event.to_seller, fee=0)
    _expect(state, event, OPEN)
    if isinstance(event, Released):
        return _close(state, "released", to_buyer=event.to_buyer, to_seller=0, fee=event.fee)
    return _close(state, "resolved", to_buyer=event.to_buyer, to_seller=event.to_seller, fee=event.fee)


def _expect(state: EscrowState, event: Event, statuses: frozenset[str] | set[str]) -> None:
    if state.status not in statuses:
        raise BadHistory(f"{state.trade_id} had {event.name} while {state.status}")


def _close(state: EscrowState, status: str, *, to_buyer: int, to_seller: int, fee: int) -> EscrowState:
    if to_buyer + to_seller + fee != state.terms.amount:
        raise BadHistory(f"{state.trade_id} paid out another amount than it held")
    return replace(state, status=status, deadline=0, to_buyer=to_buyer, to_seller=to_seller, fee=fee)


def credit_change(event: Event, *, terms: Terms | None) -> CreditChange | None:
    """Return how `event` changes what somebody may withdraw; `terms` are those of its trade, None for a withdrawal.

    Fees are credited without an event of their own: the event that ended the trade names them.
    """
    if isinstance(event, Credited):
        return CreditChange(event.account, event.token, event.amount)
    if isinstance(event, Withdrawn):
        return CreditChange(event.account, event.token, -event.amount)
    if isinstance(event, Released | Resolved) and event.fee:
        if terms is None:
            raise BadHistory(f"{event.trade_id} ended before it was funded")
        return CreditChange(terms.fee_recipient, terms.token, event.fee)
    return None
