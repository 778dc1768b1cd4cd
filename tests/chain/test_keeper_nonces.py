"""Numbers that go missing: taken from outside, given back by a reorganisation, or settled and undone all the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from escrow.keeper.nonce import find_gap, next_nonce
from escrow.models import Attempt, ChainEvent, Intent
from tests.chain.keeping import ask, run, sent_by_kim, status
from tests.chain.world import ADDRESS, World


def send_from_outside(world: World) -> None:
    world.rpc("eth_sendTransaction", {"from": ADDRESS["kim"], "to": ADDRESS["ben"], "value": "0x1"})
    world.settle()


def paid_events(world: World, terms_id: str) -> int:
    query = {"fromBlock": "0x0", "toBlock": "latest", "address": world.domain.contract}
    logs = world.rpc("eth_getLogs", query)
    return sum(1 for log in logs if log["topics"][1] == terms_id and len(log["topics"]) == 2)


@pytest.mark.django_db
def test_a_gap_left_by_a_transaction_from_outside_that_was_undone_is_filled(world: World, settings: Settings) -> None:
    settings.CONFIRMATIONS = world.confirmations = 6
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    world.mine(8)
    send_from_outside(world)
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    assert (status(world, terms), Intent.objects.get().nonce) == ("paid", 1)
    world.reorganise(2)
    assert (status(world, terms), sent_by_kim(world)) == ("funded", 0)
    run(world, keeper, rounds=6)
    assert (status(world, terms), Intent.objects.get().nonce) == ("paid", 0)
    assert paid_events(world, world.trade_id(terms)) == 1
    world.mine(6)
    run(world, keeper)
    assert Intent.objects.get().closed_at is not None


@pytest.mark.django_db
def test_a_settled_call_undone_below_the_final_depth_is_sent_again(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    world.mine(3)
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    assert Intent.objects.get().closed_at is not None
    world.mine(1)
    world.reorganise(3)
    assert status(world, terms) == "funded"
    world.catch_up()
    keeper._heartbeat_at -= timedelta(minutes=1)
    run(world, keeper)
    assert status(world, terms) == "paid"
    assert Attempt.objects.count() == 1, "the same bytes"
    assert ChainEvent.objects.filter(name="Paid", state="final").count() == 1


@pytest.mark.django_db
def test_a_call_queued_again_whose_first_transaction_is_mined_after_all_is_not_called_failed(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    keeper.step()
    world.settle()
    assert status(world, terms) == "paid"
    Intent.objects.update(state="queued", nonce=None, sender="", due_at=datetime.now(UTC))
    run(world, keeper)
    assert (Intent.objects.get().state, Intent.objects.get().error) == ("mined", "")
    assert sent_by_kim(world) == 1


@given(mined=st.integers(0, 50), held=st.sets(st.integers(0, 60)))
def test_the_next_number_is_free_and_leaves_no_gap_behind(mined: int, held: set[int]) -> None:
    above = {number for number in held if number >= mined}
    number = next_nonce(mined=mined, held=above)
    assert number >= mined
    assert number not in above
    assert all(one in above for one in range(mined, number))
    gap = find_gap(mined=mined, held=above)
    assert gap in {None, number}
    assert (gap is None) == all(one < number for one in above)
    if gap is not None:
        # Giving the gap to the highest leaves the row as whole as one step can.
        moved = (above - {max(above)}) | {gap}
        left = find_gap(mined=mined, held=moved)
        assert left is None or left > gap


@pytest.mark.django_db
def test_a_call_that_moved_on_and_was_mined_under_its_first_number_settles_there(world: World) -> None:
    keeper, terms, other = world.keeper(), world.terms(), world.terms()
    world.fund(terms)
    world.fund(other)
    ask(world, "mark_paid", terms, by="ben")
    keeper.step()
    world.settle()
    assert status(world, terms) == "paid"
    Intent.objects.update(nonce=1)
    ask(world, "mark_paid", other, by="ben")
    rival = Intent.objects.get(nonce=None)
    Intent.objects.filter(id=rival.id).update(state="sent", nonce=0, sender=ADDRESS["kim"])
    first = Attempt.objects.get()
    Attempt.objects.create(
        intent=rival,
        chain_id=31337,
        sender=ADDRESS["kim"],
        nonce=0,
        tx_hash="0x" + "12" * 32,
        raw=first.raw,
        gas=first.gas,
        max_fee=first.max_fee,
        tip=first.tip,
        created_at=first.created_at,
        broadcast_at=datetime.now(UTC),
    )
    world.catch_up()
    run(world, keeper, rounds=6)
    keeper._heartbeat_at -= timedelta(minutes=1)
    run(world, keeper)
    assert status(world, other) == "paid", "the one that lost its number got another"
    assert sorted(Intent.objects.values_list("state", "nonce")) == [("mined", 0), ("mined", 1)]
    assert not Intent.objects.filter(closed_at=None).exists()
    assert sent_by_kim(world) == 2
