"""`kill -9` in the middle of everything: after a restart the work is done, once, with no human step."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from escrow import deployment, queries, relay
from escrow.events import STATUSES
from escrow.indexer.rebuild import rebuild
from escrow.models import Attempt, ChainEvent, Cursor, Escrow, Intent
from escrow.reconcile import reconcile
from escrow.terms import Terms
from tests import engines
from tests.chain.processes import Process, running, someone_is_writing, wait_for
from tests.chain.world import ADDRESS, World

# A process takes one second to start, and many on a busy machine.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(400)]
KILLS = 3


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "process.log"


def is_read_up(world: World) -> bool:
    return Cursor.objects.filter(block_number=world.height()).exists()


def assert_everything_once(world: World) -> None:
    assert not ChainEvent.objects.filter(state="seen").exists()
    positions = list(ChainEvent.objects.order_by("block_number", "log_index").values_list("final_seq", flat=True))
    assert positions == list(range(1, len(positions) + 1))
    assert rebuild(world.chain, follower=world.new_follower(), start=0).different == ()
    assert reconcile(world.chain, contracts=deployment.contracts()).differences == ()


def stored_places() -> list[tuple[int, int]]:
    return list(ChainEvent.objects.order_by("block_number", "log_index").values_list("block_number", "log_index"))


def places_up_to_the_cursor(world: World) -> list[tuple[int, int]]:
    """Return where the chain itself has logs of the contract, up to the block the indexer says it has read."""
    reached = Cursor.objects.values_list("block_number", flat=True).first()
    if reached is None or reached < 0:
        return []
    asked = {"fromBlock": "0x0", "toBlock": hex(reached), "address": deployment.contract_address()}
    return [(int(one["blockNumber"], 16), int(one["logIndex"], 16)) for one in world.rpc("eth_getLogs", asked)]


def ask(world: World, action: str, terms: Terms, *, by: str) -> None:
    call = world.signed_act(action, terms, by=by)
    trade_id = world.trade_id(terms)
    relay.request(call, purpose=action, trade_id=trade_id, account=ADDRESS[by], key=f"{action}:{trade_id}")


def test_an_indexer_killed_while_it_writes_completes_exactly_once(world: World, log: Path) -> None:
    for number in range(KILLS):
        for _ in range(20):
            terms = world.terms()
            world.fund(terms)
            world.act("mark_paid", terms, by="ben")
            world.act("release", terms, by="sara")
        with running("runindexer", world, log=log) as process:
            wait_for(someone_is_writing, what="the indexer writes", log=log)
            process.kill()
        assert stored_places() == places_up_to_the_cursor(world), f"round {number} left half a step"
    with running("runindexer", world, log=log) as process:
        wait_for(lambda: is_read_up(world), what="all blocks are read", log=log)
        assert process.stop() == 0
    assert Escrow.objects.filter(final_status="released").count() == KILLS * 20
    assert_everything_once(world)


def test_an_indexer_killed_during_a_reorganisation_ends_on_the_new_branch(world: World, log: Path) -> None:
    for _ in range(KILLS):
        with running("runindexer", world, log=log):
            terms = world.terms()
            world.fund(terms)
            wait_for(lambda: is_read_up(world), what="the funding is read", log=log)
            world.mine(2)
            world.reorganise(3)
            world.mine(1)
            wait_for(someone_is_writing, what="the indexer goes back", log=log)
    with running("runindexer", world, log=log) as process:
        wait_for(lambda: is_read_up(world), what="the new branch is read", log=log)
        assert process.stop() == 0
    assert not Escrow.objects.exists()
    assert set(ChainEvent.objects.values_list("state", flat=True)) <= {"orphaned"}
    assert queries.chain_health().reorg_alarm, "one confirmation was called final, and final events were undone"
    assert rebuild(world.chain, follower=world.new_follower(), start=0).different == ()


def test_a_keeper_killed_before_during_and_after_each_transaction_sends_each_once(world: World, log: Path) -> None:
    trades = [world.terms() for _ in range(KILLS)]
    for terms in trades:
        world.fund(terms)
    for number, terms in enumerate(trades):
        ask(world, "mark_paid", terms, by="ben")
        stored = Attempt.objects.filter(intent__trade_id=world.trade_id(terms))
        with running("runkeeper", world, log=log):
            # Killed while it writes, or the moment its signed transaction is stored: it may or may not be broadcast.
            wait_for(someone_is_writing if number % 2 else stored.exists, what="it comes to its trade", log=log)
    with running("runkeeper", world, log=log) as process:
        wait_for(lambda: all(STATUSES[world.status(terms)] == "paid" for terms in trades), what="all are paid", log=log)
        world.catch_up()
        wait_for(
            lambda: not Intent.objects.filter(closed_at=None).exists(), what="the final events close them", log=log
        )
        assert process.stop() == 0
    assert int(world.rpc("eth_getTransactionCount", ADDRESS["kim"], "latest"), 16) == KILLS
    assert Attempt.objects.count() == KILLS
    assert set(Intent.objects.values_list("state", flat=True)) == {"mined"}
    assert_everything_once(world)


def test_indexer_and_keeper_killed_together_again_and_again_still_finish_a_trade(world: World, log: Path) -> None:
    world.rpc("anvil_setBalance", ADDRESS["ben"], "0x0")
    terms = world.terms()
    world.fund(terms)
    for action, by, status in (("mark_paid", "ben", "paid"), ("release", "sara", "released")):
        with running("runindexer", world, log=log), running("runkeeper", world, log=log):
            ask(world, action, terms, by=by)
            wait_for(someone_is_writing, what="something is written", log=log)
        with running("runindexer", world, log=log), running("runkeeper", world, log=log):
            wait_for(Escrow.objects.filter(final_status=status).exists, what=f"the trade is {status}", log=log)
    assert world.balance(ADDRESS["ben"]) == terms.amount * 9950 // 10_000
    assert int(world.rpc("eth_getTransactionCount", ADDRESS["kim"], "latest"), 16) == 2
    world.catch_up()
    assert_everything_once(world)


def close_pool() -> None:
    """Forget this process's own pooled connections, which do not outlive the server."""
    wrapper: Any = connection
    wrapper.close_pool()


def test_both_processes_outlive_a_database_and_a_node_that_go_away(world: World, log: Path) -> None:
    assert engines.ENGINES is not None
    indexer, keeper = Process("runindexer", world, log=log), Process("runkeeper", world, log=log)
    try:
        wait_for(lambda: is_read_up(world), what="the indexer works", log=log)
        connection.close()
        close_pool()
        engines.ENGINES.postgres.restart()
        terms = world.terms()
        world.fund(terms)
        ask(world, "mark_paid", terms, by="ben")
        wait_for(lambda: Escrow.objects.filter(final_status="paid").exists(), what="work goes on", log=log)
        assert indexer.is_running
        assert keeper.is_running
        assert (indexer.stop(), keeper.stop()) == (0, 0)
    finally:
        indexer.kill()
        keeper.kill()
    assert_everything_once(world)
