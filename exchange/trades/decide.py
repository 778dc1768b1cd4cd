"""What may happen to a trade, as data and pure functions. The chain's part is the table of `contracts/src/IEscrow.sol`.

1. `COMMANDS` holds what people and clocks may do before coins are locked; `EVENTS` what a final chain event leads to.
2. Money states follow the chain alone, whatever we believed before: an event that comes late, twice or out of order
   never moves a trade back, and coins locked after a trade had ended bring it to `funded` all the same.
3. `ACTS` says which party may do what while coins are locked. An act is offered only if both the final status and the
   newest one allow it, and while no transaction of ours for it is on its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exchange.core.errors import Conflict, DomainError, Forbidden
from exchange.trades.states import BEFORE_LOCK, LOCKED, PAID_OUT, State


class Side(StrEnum):
    """What an account is in a trade."""

    BUYER = "buyer"
    SELLER = "seller"
    ARBITER = "arbiter"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One account's part: its side, and for a party whether it made the offer or took it."""

    side: Side
    is_maker: bool = False

    @property
    def is_party(self) -> bool:
        """Whether this is buyer or seller."""
        return self.side in PARTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The facts a decision needs. `head` is the escrow's newest status, final or not; `chain_pay_by` the contract's.

    `is_doubtful`: our tables and the contract disagree about it, so nobody is told that coins may be released.
    """

    state: State
    lock_by: datetime
    chain_pay_by: datetime
    deadline: datetime | None = None
    head: str = "none"
    needs_maker_signature: bool = False
    maker_signed: bool = False
    taker_signed: bool = False
    is_frozen: bool = False
    is_doubtful: bool = False
    pending: frozenset[str] = frozenset()


PARTIES = frozenset({Side.BUYER, Side.SELLER})
BUYER, SELLER = frozenset({Side.BUYER}), frozenset({Side.SELLER})

COMMANDS: Mapping[str, Mapping[State, State]] = {
    "agree": {State.REQUESTED: State.AGREED},
    "decline": {State.REQUESTED: State.DECLINED},
    "cancel": {State.REQUESTED: State.CANCELLED, State.AGREED: State.CANCELLED},
    "expire": {State.REQUESTED: State.EXPIRED, State.AGREED: State.EXPIRED},
}
EVENTS: Mapping[str, State] = {
    "Funded": State.FUNDED,
    "Paid": State.PAID,
    "Disputed": State.DISPUTED,
    "Released": State.RELEASED,
    "Refunded": State.REFUNDED,
    "Resolved": State.RESOLVED,
}
ACTS: Mapping[State, Mapping[str, frozenset[Side]]] = {
    State.FUNDED: {"mark_paid": BUYER, "release": SELLER, "cancel": BUYER, "settle": PARTIES},
    State.PAID: {"release": SELLER, "dispute": PARTIES, "cancel": BUYER, "settle": PARTIES},
    State.DISPUTED: {
        "release": SELLER,
        "cancel": BUYER,
        "settle": PARTIES,
        "rule": frozenset({Side.ARBITER}),
    },
}
# Which side could ever do what: the difference between "not you" and "not now".
EVER: Mapping[str, frozenset[Side]] = {
    "sign_terms": PARTIES,
    "decline": PARTIES,
    "fund": SELLER,
    "mark_paid": BUYER,
    "release": SELLER,
    "dispute": PARTIES,
    "cancel": PARTIES,
    "settle": PARTIES,
    "rule": frozenset({Side.ARBITER}),
}
ORDER = tuple(EVER)


def transition(state: State, step: str) -> State:
    """Return the state after `step`, a command or the name of a final event; the same state when nothing changes.

    Raises `Conflict` for a command that comes too late, and with code `contradiction` for an event that cannot follow
    from the contract's rules (two different ends).
    """
    if step in EVENTS:
        return _follow(state, EVENTS[step])
    target = COMMANDS[step].get(state)
    if target is None:
        raise Conflict(extra={"state": str(state)})
    return target


def _follow(state: State, target: State) -> State:
    if rank(target) > rank(state):
        return target
    if state in PAID_OUT and target in PAID_OUT and target is not state:
        raise Conflict("The chain reports two different ends for this trade.", code="contradiction")
    return state


def rank(state: State) -> int:
    """Return how far along the contract's table a state is: 0 before the lock, 4 once paid out."""
    if state in PAID_OUT:
        return 4
    return {State.FUNDED: 1, State.PAID: 2, State.DISPUTED: 3}.get(state, 0)


def available_actions(snapshot: Snapshot, role: Role, now: datetime) -> tuple[str, ...]:
    """Return what this role may do now, the most urgent first."""
    if snapshot.is_frozen or role.side is Side.STRANGER:
        return ()
    if snapshot.state in LOCKED:
        found = _chain_acts(snapshot, role, now)
    elif snapshot.head != "none" or (snapshot.deadline is not None and now >= snapshot.deadline):
        found = set()
    elif snapshot.state is State.REQUESTED:
        found = _before_agreement(snapshot, role)
    elif snapshot.state is State.AGREED:
        found = {"cancel"} if role.is_party else set()
        if role.side is Side.SELLER and now < snapshot.chain_pay_by and "fund" not in snapshot.pending:
            found.add("fund")
    else:
        found = set()
    return tuple(action for action in ORDER if action in found)


def _before_agreement(snapshot: Snapshot, role: Role) -> set[str]:
    if not role.is_party:
        return set()
    if not role.is_maker:
        return {"cancel"} if snapshot.taker_signed else {"cancel", "sign_terms"}
    if not snapshot.needs_maker_signature:
        return set()
    return {"decline"} if snapshot.maker_signed else {"decline", "sign_terms"}


def _chain_acts(snapshot: Snapshot, role: Role, now: datetime) -> set[str]:
    found = {action for action, sides in ACTS[snapshot.state].items() if role.side in sides}
    newest = EVENTS.get(snapshot.head.capitalize())
    found &= set(ACTS.get(newest, {})) if newest else set()
    if now > snapshot.chain_pay_by:
        found.discard("mark_paid")
    if snapshot.is_doubtful:
        found -= {"release", "settle"}
    return found - snapshot.pending


def primary_action(snapshot: Snapshot, role: Role, now: datetime) -> str:
    """Return the one thing this role is waited for; empty when it is not its turn."""
    actions = available_actions(snapshot, role, now)
    for action in ("sign_terms", "fund", "mark_paid", "rule"):
        if action in actions:
            return action
    if snapshot.state is State.PAID and "release" in actions:
        return "release"
    return ""


def refusal(snapshot: Snapshot, role: Role, action: str, now: datetime) -> DomainError:
    """Return why `action` is not among the available ones, in words for this role."""
    extra = {"state": str(snapshot.state)}
    if role.side not in EVER.get(action, frozenset()):
        return Forbidden("This is for the other side of the trade to do.", code="wrong_role", extra=extra)
    if snapshot.is_frozen:
        return Conflict(
            "The chain was rewritten deeper than expected. This trade is frozen until it agrees with the chain again; "
            "the coins stay in escrow.",
            code="frozen",
            extra=extra,
        )
    if snapshot.is_doubtful and action in {"release", "settle"}:
        return Conflict(
            "We are checking our records of this trade with the contract, so nothing is released now. The coins stay "
            "in escrow; try again in a few minutes.",
            code="checking",
            extra=extra,
        )
    if action in snapshot.pending:
        return Conflict("This is already on its way to the chain.", code="pending", extra=extra)
    if snapshot.state in BEFORE_LOCK and snapshot.head != "none":
        return Conflict("The coins are just being locked. Wait for the confirmations.", code="locking", extra=extra)
    if action == "mark_paid" and snapshot.state is State.FUNDED and now > snapshot.chain_pay_by:
        return Conflict("The time to pay is over, so the coins go back to the seller.", code="too_late", extra=extra)
    if action == "dispute" and snapshot.state in {State.AGREED, State.FUNDED}:
        return Conflict(
            "A dispute can be opened once the buyer has marked the trade paid.", code="too_early", extra=extra
        )
    return Conflict(extra=extra)
