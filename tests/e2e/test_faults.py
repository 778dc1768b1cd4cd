"""Processes are killed, blocks are replaced, the whole exchange stops: the trade completes all the same."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.running import Running
from tests.e2e.trader import Trader

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A Parley of these tests' own: they kill it."""
    running = Running(tmp_path_factory.mktemp("faults"), migrated=True, CONFIRMATIONS="3", DEMO_TRADES="2")
    running.start()
    yield running
    running.stop()


def mine(trader: Trader, blocks: int) -> None:
    """Let `blocks` empty blocks pass."""
    trader.node("anvil_mine", hex(blocks))


def finish(sara: Trader, ben: Trader, trade: dict[str, Any]) -> None:
    """Bring a funded trade to its end and check Ben's coins to the wei."""
    before = ben.balance()
    ben.act(trade["id"], "mark_paid")
    confirm(ben, trade["id"], "paid")
    sara.act(trade["id"], "release")
    done = confirm(sara, trade["id"], "released")
    amount = int(trade["amount"])
    assert ben.balance() - before == amount - amount * int(done["fee_bps"]) // 10_000
    kinds = [entry["kind"] for entry in done["timeline"] if entry["kind"] != "sent"]
    assert len(kinds) == len(set(kinds)), f"something happened twice: {kinds}"


def confirm(trader: Trader, trade: str, state: str) -> dict[str, Any]:
    """Wait until the change is seen, let enough blocks pass, and return the trade in `state`."""
    for _ in range(60):
        seen = trader.get(f"/trades/{trade}")
        if seen["state"] == state:
            return dict(seen)
        if seen["chain"]["status"] == state:
            mine(trader, 3)
        trader.node("eth_blockNumber")
        try:
            return trader.wait_for(trade, state, within=1)
        except AssertionError:
            continue
    return trader.wait_for(trade, state, within=1)


@pytest.mark.parametrize("victim", ["web", "worker", "indexer", "keeper", "ws", "redis", "postgres"])
def test_a_trade_completes_although_a_process_is_killed_in_its_middle(parley: Running, victim: str) -> None:
    sara, ben = Trader(parley.url, index=1), Trader(parley.url)
    trade = ben.take(sara.offer())
    sara.fund(trade["id"])
    parley.kill(victim)
    confirm(ben, trade["id"], "funded")
    ben.act(trade["id"], "mark_paid")
    parley.kill(victim)
    confirm(ben, trade["id"], "paid")
    sara.act(trade["id"], "release")
    done = confirm(sara, trade["id"], "released")
    amount = int(trade["amount"])
    assert ben.balance() == amount - amount * int(done["fee_bps"]) // 10_000
    assert parley.said(f"{victim:<9}| died")


def test_a_lock_that_a_reorganisation_removes_never_becomes_funded_until_it_is_locked_again(parley: Running) -> None:
    sara, ben = Trader(parley.url, index=1), Trader(parley.url)
    trade = ben.take(sara.offer())
    mine(sara, 3)
    before = sara.node("evm_snapshot")
    sara.fund(trade["id"])
    mine(sara, 1)
    seen = _wait_for_status(ben, trade["id"], "funded")
    assert seen["state"] == "agreed", "two blocks of three are not final"
    assert sara.node("evm_revert", before)
    mine(sara, 4)
    _wait_for_status(ben, trade["id"], "none")
    assert ben.get(f"/trades/{trade['id']}")["state"] == "agreed"
    sara.fund(trade["id"])
    confirm(ben, trade["id"], "funded")
    finish(sara, ben, trade)


def test_three_blocks_are_replaced_while_a_trade_is_being_locked(parley: Running) -> None:
    sara, ben = Trader(parley.url, index=1), Trader(parley.url)
    trade = ben.take(sara.offer())
    mine(sara, 3)
    sara.fund(trade["id"])
    mine(sara, 1)
    assert _wait_for_status(ben, trade["id"], "funded")["state"] == "agreed", "two blocks of three are not final"
    sara.node("anvil_reorg", 3, [])
    mine(sara, 1)
    if _wait_for_other_block(ben, trade["id"]) == "none":
        sara.fund(trade["id"])
    confirm(ben, trade["id"], "funded")
    finish(sara, ben, trade)


def test_stopping_and_starting_everything_in_the_middle_of_a_trade_loses_nothing(parley: Running) -> None:
    sara, ben = Trader(parley.url, index=1), Trader(parley.url)
    trade = ben.take(sara.offer())
    sara.fund(trade["id"])
    confirm(ben, trade["id"], "funded")
    assert parley.stop() == 0
    parley.start()
    assert ben.get(f"/trades/{trade['id']}")["state"] == "funded"
    finish(sara, ben, trade)
    assert "equal to the wei" in parley.manage("reconcile")


def _wait_for_status(trader: Trader, trade: str, status: str) -> dict[str, Any]:
    for _ in range(100):
        seen = trader.get(f"/trades/{trade}")
        if seen["chain"]["status"] == status:
            return dict(seen)
        trader.node("eth_blockNumber")
        try:
            trader.wait_for(trade, "never", within=0.2)
        except AssertionError:
            continue
    raise AssertionError(f"the chain's status of {trade} is {seen['chain']}, not {status}")


def _wait_for_other_block(trader: Trader, trade: str) -> str:
    """Return the chain's status of a trade once the indexer has read the newest block."""
    head = int(trader.node("eth_blockNumber"), 16)
    for _ in range(100):
        if trader.get("/stats")["block"] >= head:
            return str(trader.get(f"/trades/{trade}")["chain"]["status"])
        time.sleep(0.1)
    raise AssertionError("the indexer does not follow the new branch")
