"""The chain takes blocks back: our tables follow, and are what a fresh look at the chain gives."""

from typing import Any

import pytest
from pytest_django import Settings

from escrow import calls, deployment, queries
from escrow.indexer import store
from escrow.indexer.alarm import clear_alarm
from escrow.indexer.rebuild import rebuild, snapshot
from escrow.models import ChainEvent, Credit, Cursor, Escrow
from escrow.reconcile import reconcile
from tests.chain.world import ETHER, World

pytestmark = pytest.mark.django_db


def assert_tables_equal_a_fresh_look(world: World) -> None:
    outcome = rebuild(world.chain, follower=world.new_follower(), start=0)
    assert outcome.different == ()
    assert reconcile(world.chain, contracts=deployment.contracts()).differences == ()


def states(name: str) -> list[str]:
    return sorted(ChainEvent.objects.filter(name=name).values_list("state", flat=True))


@pytest.fixture
def patient(world: World, settings: Settings) -> World:
    """A chain on which six blocks make final."""
    settings.CONFIRMATIONS = world.confirmations = 6
    world.mine(10)
    return world


@pytest.mark.parametrize("depth", [1, 3])
def test_a_dropped_funding_is_orphaned_and_its_escrow_disappears(patient: World, depth: int) -> None:
    terms = patient.terms()
    patient.fund(terms)
    patient.mine(depth - 1)
    patient.catch_up()
    assert Escrow.objects.get().head_status == "funded"
    patient.reorganise(depth)
    steps = patient.catch_up()
    assert steps[0].kind == "rewound"
    assert steps[0].changed == {patient.trade_id(terms)}
    assert states("Funded") == ["orphaned"]
    assert not Escrow.objects.exists()
    assert not queries.chain_health().reorg_alarm, "nothing final was undone"
    assert_tables_equal_a_fresh_look(patient)


@pytest.mark.parametrize("depth", [1, 3])
def test_a_moved_funding_is_orphaned_in_one_block_and_seen_in_another(patient: World, depth: int) -> None:
    terms = patient.terms()
    raw = patient.sign_raw(calls.fund(terms, patient.domain), by="sara")
    patient.send_raw(raw)
    patient.mine(depth - 1)
    patient.catch_up()
    patient.reorganise(depth, [(raw, depth - 1)])
    patient.catch_up()
    assert states("Funded") == ["orphaned", "seen"]
    assert Escrow.objects.get().head_status == "funded"
    patient.mine(6)
    patient.catch_up()
    assert [event.name for event in queries.final_events(after=0)] == ["Funded"]
    assert_tables_equal_a_fresh_look(patient)


def test_a_payout_that_was_taken_back_takes_its_credit_along(patient: World) -> None:
    terms = patient.terms()
    patient.fund(terms)
    patient.mine(1)
    patient.act("release", terms, by="sara")
    patient.catch_up()
    assert Credit.objects.get().head_amount == ETHER * 50 // 10_000
    patient.reorganise(1)
    patient.catch_up()
    assert not Credit.objects.exists()
    assert Escrow.objects.get().head_status == "funded"
    assert_tables_equal_a_fresh_look(patient)


def test_a_branch_that_comes_back_revives_its_events(patient: World) -> None:
    terms = patient.terms()
    patient.fund(terms)
    patient.catch_up()
    below = patient.rpc("eth_getBlockByNumber", hex(patient.height() - 1), False)
    # What is left after a rewind, with the old branch now the longer one again.
    store.orphan_after(patient.height() - 1, chain_id=31337)
    Escrow.objects.all().delete()
    Cursor.objects.update(block_number=patient.height() - 1, block_hash=below["hash"])
    patient.catch_up()
    assert states("Funded") == ["seen"], "the same log in the same block is the same row"
    assert_tables_equal_a_fresh_look(patient)


def test_undoing_final_events_raises_the_alarm_and_the_chain_is_followed_on(patient: World) -> None:
    terms, other = patient.terms(), patient.terms()
    patient.fund(other)
    patient.mine(2)
    patient.fund(terms)
    patient.mine(6)
    patient.catch_up()
    assert len(queries.final_events(after=0)) == 2
    patient.reorganise(7)
    patient.catch_up()
    assert queries.chain_health().reorg_alarm
    assert queries.reorged_trades() == {patient.trade_id(terms)}
    assert [event.trade_id for event in queries.final_events(after=0)] == [patient.trade_id(other)]
    patient.fund(terms)
    patient.mine(6)
    patient.catch_up()
    later = queries.final_events(after=2)
    assert [event.trade_id for event in later] == [patient.trade_id(terms)], "a reader at position 2 learns of it again"
    assert_tables_equal_a_fresh_look(patient)
    clear_alarm(chain_id=31337)
    assert queries.reorged_trades() == frozenset()


def test_a_reorganisation_deeper_than_all_kept_headers_is_survived(patient: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("escrow.indexer.step.SPARE_HEADERS", 2)
    early, late = patient.terms(), patient.terms()
    patient.fund(early)
    patient.mine(20)
    patient.fund(late)
    patient.mine(20)
    patient.catch_up()
    patient.reorganise(25)
    steps = patient.catch_up()
    assert [step.kind for step in steps] == ["rewound", "scanned"]
    assert states("Funded") == ["final", "orphaned"]
    assert_tables_equal_a_fresh_look(patient)


def test_a_reorganisation_during_backfill_is_survived(patient: World) -> None:
    kept = []
    for _ in range(4):
        terms = patient.terms()
        patient.fund(terms)
        kept.append(patient.trade_id(terms))
        patient.mine(2)
    follower = patient.new_follower()
    follower._size.blocks = 5
    follower._size.learn = lambda *, logs: None  # type: ignore[method-assign]
    for _ in range(5):
        follower.step()
    assert 0 < Cursor.objects.get().block_number < patient.height()
    patient.reorganise(5)
    while follower.step().kind != "idle":
        pass
    assert set(Escrow.objects.values_list("trade_id", flat=True)) == set(kept[:3])
    assert_tables_equal_a_fresh_look(patient)


def test_a_node_that_merely_lags_is_not_believed(patient: World) -> None:
    from escrow.errors import Unavailable

    terms = patient.terms()
    patient.fund(terms)
    patient.mine(2)
    patient.catch_up()
    mark = snapshot(chain_id=31337)
    patient.rpc("anvil_rollback", 2)
    with pytest.raises(Unavailable, match="lags behind"):
        patient.follower.step()
    assert snapshot(chain_id=31337) == mark


def test_reindex_repairs_and_reports_tampered_tables_but_keeps_ids_and_positions(patient: World) -> None:
    terms = patient.terms()
    patient.fund(terms)
    patient.act("mark_paid", terms, by="ben")
    patient.mine(6)
    patient.catch_up()
    before = list(ChainEvent.objects.order_by("id").values_list("id", "final_seq"))
    Escrow.objects.update(head_status="released", amount=1)
    ChainEvent.objects.filter(name="Paid").update(payload="00" * 64)
    outcome = rebuild(patient.chain, follower=patient.new_follower(), start=0)
    assert outcome.different == ("escrows", "events")
    assert list(ChainEvent.objects.order_by("id").values_list("id", "final_seq")) == before
    assert Escrow.objects.get().head_status == "paid"
    assert_tables_equal_a_fresh_look(patient)


def test_two_indexers_at_once_store_everything_once(patient: World) -> None:
    first, second = patient.new_follower(), patient.new_follower()
    for _ in range(3):
        patient.fund(patient.terms())
        first.step()
        second.step()
    assert ChainEvent.objects.count() == 3
    assert_tables_equal_a_fresh_look(patient)
