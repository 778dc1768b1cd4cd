"""Which face of a trade to show: the product's state, refined by what is seen on chain and not final yet. Pure.

Showing what is seen is allowed, acting on it is not: `decide.py` alone says what may be done.
"""

from exchange.trades.decide import EVENTS, Role, Side, Snapshot, rank
from exchange.trades.states import LOCKED, PAID_OUT, State

_WAITING = {State.REQUESTED: "requested", State.AGREED: "awaiting_escrow"}
_LOCKED = {State.FUNDED: "locked", State.PAID: "paid", State.DISPUTED: "disputed"}


def ui_state_of(snapshot: Snapshot, role: Role) -> str:
    """Return the key of chip, stepper and words: the state's own, signing, locking, releasing, refunding or ruled."""
    state = snapshot.state
    if state in PAID_OUT:
        return str(state)
    seen = EVENTS.get(snapshot.head.capitalize())
    if state not in LOCKED:
        if seen is not None:
            return "locking"
        if state is State.REQUESTED and not snapshot.needs_maker_signature:
            return "signing"
        return _WAITING.get(state, str(state))
    newest = seen if seen is not None and rank(seen) > rank(state) else state
    return _on_the_way_out(snapshot, newest) or _still_locked(snapshot, newest, role)


def _on_the_way_out(snapshot: Snapshot, newest: State) -> str:
    ruled = "rule" in snapshot.pending
    if newest is State.RELEASED or "release" in snapshot.pending:
        return "releasing"
    if newest is State.REFUNDED or "cancel" in snapshot.pending:
        return "refunding"
    if newest is State.RESOLVED or ruled or "settle" in snapshot.pending:
        return "ruled" if ruled or snapshot.state is State.DISPUTED else "releasing"
    return ""


def _still_locked(snapshot: Snapshot, newest: State, role: Role) -> str:
    # The buyer has just said it: the page must not ask again while the block is on its way.
    if newest is State.FUNDED and role.side is Side.BUYER and "mark_paid" in snapshot.pending:
        return "paid"
    return _LOCKED[newest]
