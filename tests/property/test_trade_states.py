"""The trade's machine against the table of the contract, written down here once more from its specification."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.errors import Conflict
from exchange.trades import decide
from exchange.trades.decide import Role, Side, Snapshot, available_actions, transition
from exchange.trades.states import BEFORE_LOCK, FINISHED, LOCKED, PAID_OUT, State
from exchange.trades.uistate import ui_state_of

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
SOON, LATER, GONE = NOW + timedelta(minutes=5), NOW + timedelta(hours=1), NOW - timedelta(seconds=1)

# (from, call, who, event, to): section 5.2 of the contract's specification, calls of this product's parties only.
TABLE = [
    ("funded", "mark_paid", "buyer", "Paid", "paid"),
    ("funded", "release", "seller", "Released", "released"),
    ("paid", "release", "seller", "Released", "released"),
    ("disputed", "release", "seller", "Released", "released"),
    ("funded", "cancel", "buyer", "Refunded", "refunded"),
    ("paid", "cancel", "buyer", "Refunded", "refunded"),
    ("disputed", "cancel", "buyer", "Refunded", "refunded"),
    ("funded", "settle", "buyer seller", "Resolved", "resolved"),
    ("paid", "settle", "buyer seller", "Resolved", "resolved"),
    ("disputed", "settle", "buyer seller", "Resolved", "resolved"),
    ("paid", "dispute", "buyer seller", "Disputed", "disputed"),
    ("disputed", "rule", "arbiter", "Resolved", "resolved"),
]
# What anyone may bring about by time alone.
DOORS = [
    ("funded", "Refunded", "refunded"),
    ("paid", "Disputed", "disputed"),
    ("disputed", "Resolved", "resolved"),
]
STATUSES = ("none", "funded", "paid", "disputed", "released", "refunded", "resolved")
ROLES = [Role(side=side, is_maker=maker) for side in Side for maker in (True, False)]
roles = st.sampled_from(ROLES)
snapshots = st.builds(
    Snapshot,
    state=st.sampled_from(State),
    lock_by=st.sampled_from([SOON, GONE]),
    chain_pay_by=st.sampled_from([LATER, GONE]),
    deadline=st.sampled_from([None, SOON, GONE]),
    head=st.sampled_from(STATUSES),
    needs_maker_signature=st.booleans(),
    maker_signed=st.booleans(),
    taker_signed=st.booleans(),
    is_frozen=st.booleans(),
    pending=st.frozensets(st.sampled_from(["mark_paid", "release", "cancel", "dispute", "settle", "rule"]), max_size=2),
)


def steps_from(status: str) -> list[tuple[str, str]]:
    if status == "none":
        return [("Funded", "funded")]
    by_party = [(event, to) for start, _, _, event, to in TABLE if start == status]
    return by_party + [(event, to) for start, event, to in DOORS if start == status]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], str]:
    """A walk through the contract's table: the events it leaves behind, and the status it ends in."""
    status, events = "none", []
    for _ in range(draw(st.integers(1, 4))):
        steps = steps_from(status)
        if not steps:
            break
        event, status = draw(st.sampled_from(steps))
        events.append(event)
    return events, status


@given(histories(), st.sampled_from(sorted(BEFORE_LOCK | (FINISHED - PAID_OUT))))
def test_a_trade_follows_every_walk_through_the_contracts_table(history: tuple[list[str], str], start: State) -> None:
    events, status = history
    state = start
    for event in events:
        state = transition(state, event)
    assert state == status


@given(histories(), st.data())
def test_repeated_late_and_shuffled_events_end_in_the_same_state(
    history: tuple[list[str], str], data: st.DataObject
) -> None:
    events, status = history
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=4))))
    state = State.AGREED
    for event in again:
        state = transition(state, event)
    assert state == status


@given(st.sampled_from(State), st.sampled_from(sorted(decide.EVENTS)))
def test_no_event_moves_a_trade_back_or_out_of_an_end(state: State, event: str) -> None:
    if state in PAID_OUT and decide.EVENTS[event] in PAID_OUT and decide.EVENTS[event] is not state:
        with pytest.raises(Conflict) as refused:
            transition(state, event)
        assert refused.value.code == "contradiction"
        return
    reached = transition(state, event)
    assert decide.rank(reached) >= decide.rank(state)
    assert state not in PAID_OUT or reached is state


@given(st.sampled_from(State), st.sampled_from(sorted(decide.COMMANDS)))
def test_commands_never_reach_or_leave_a_money_state(state: State, command: str) -> None:
    try:
        reached = transition(state, command)
    except Conflict:
        return
    assert state in BEFORE_LOCK
    assert reached not in LOCKED | PAID_OUT


@given(snapshots, roles)
def test_only_what_the_contract_allows_is_ever_offered(snapshot: Snapshot, role: Role) -> None:
    allowed = {
        action
        for start, action, who, _, _ in TABLE
        if start == snapshot.state and start_allows(snapshot.head, action) and str(role.side) in who.split()
    }
    offered = set(available_actions(snapshot, role, NOW))
    if snapshot.state in LOCKED:
        assert offered <= allowed
        assert not offered & snapshot.pending
        if not snapshot.is_frozen and snapshot.chain_pay_by > NOW:
            assert offered == allowed - snapshot.pending
    else:
        assert offered <= {"sign_terms", "decline", "cancel", "fund"}
    if snapshot.state in FINISHED or snapshot.is_frozen or role.side is Side.STRANGER:
        assert not offered


def start_allows(head: str, action: str) -> bool:
    return any(start == head and name == action for start, name, _, _, _ in TABLE)


@given(snapshots, roles)
def test_every_refusal_has_words_and_every_face_a_key(snapshot: Snapshot, role: Role) -> None:
    offered = available_actions(snapshot, role, NOW)
    for action in decide.ORDER:
        if action not in offered:
            refusal = decide.refusal(snapshot, role, action, NOW)
            assert refusal.message
            assert refusal.status in {403, 409}
    known = {str(state) for state in State} - {"agreed", "funded"}
    known |= {"signing", "awaiting_escrow", "locking", "locked", "releasing", "refunding", "ruled"}
    assert ui_state_of(snapshot, role) in known


@given(snapshots, roles)
def test_the_turn_is_always_something_that_can_be_done(snapshot: Snapshot, role: Role) -> None:
    turn = decide.primary_action(snapshot, role, NOW)
    assert turn == "" or turn in available_actions(snapshot, role, NOW)


@given(snapshots)
def test_the_page_never_asks_a_buyer_to_pay_unless_the_lock_is_final(snapshot: Snapshot) -> None:
    buyer = Role(side=Side.BUYER)
    if ui_state_of(snapshot, buyer) == "locked" or "mark_paid" in available_actions(snapshot, buyer, NOW):
        assert snapshot.state is State.FUNDED


@pytest.mark.parametrize("role", [Role(side=Side.BUYER), Role(side=Side.SELLER, is_maker=True)])
def test_a_lock_that_is_only_seen_blocks_every_way_out(role: Role) -> None:
    snapshot = Snapshot(state=State.AGREED, lock_by=SOON, chain_pay_by=LATER, deadline=SOON, head="funded")
    assert available_actions(snapshot, role, NOW) == ()
    assert ui_state_of(snapshot, role) == "locking"
    assert decide.refusal(snapshot, role, "cancel", NOW).code == "locking"


def test_an_arbiter_who_comes_after_the_end_is_not_told_that_coins_are_being_locked() -> None:
    snapshot = Snapshot(state=State.RELEASED, lock_by=SOON, chain_pay_by=LATER, deadline=None, head="released")
    refused = decide.refusal(snapshot, Role(side=Side.ARBITER), "rule", NOW)
    assert (refused.code, refused.extra) == ("conflict", {"state": "released"})
    assert "changed in the meantime" in str(refused)
