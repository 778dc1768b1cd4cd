"""Two contracts on one chain and a third on another, side by side: a trade on each completes at the same time."""

from collections.abc import Generator
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from pytest_django import Settings

from escrow import abi, deploy, deployment, queries
from escrow.calls import Call
from escrow.events import STATUSES
from escrow.indexer.rebuild import rebuild
from escrow.models import ChainEvent, Escrow, Intent, KeeperState
from escrow.reconcile import reconcile
from exchange.stack.anvil import Anvil
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import choose_port
from tests.chain.keeping import ask
from tests.chain.processes import running, wait_for
from tests.chain.world import ADDRESS, KEYS, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
FAR = 900


@pytest.fixture
def far_node(tmp_path: Path) -> Generator[RunningEngine]:
    """A second Anvil, which serves another chain."""
    engine = RunningEngine(
        Anvil(folder=tmp_path / "far", log=tmp_path / "far.log", port=choose_port(), durable=False, chain_id=FAR)
    )
    yield engine
    engine.kill()


def deploy_next(world: World) -> str:
    """Put the same contract on the chain under another salt, as a next version would stand beside the first."""
    code, salt = abi.artifact("Escrow")["bytecode"].removeprefix("0x"), "77" * 32
    world.send(
        Call(to=deployment.factory(), data=f"0x{salt}{code}", value=0, chain_id=31337), by="mallory", gas=6_000_000
    )
    created = keccak(bytes.fromhex("ff" + deployment.factory()[2:] + salt) + keccak(hexstr=code))[-20:]
    return str(to_checksum_address(created))


@pytest.fixture
def worlds(world: World, far_node: RunningEngine, settings: Settings) -> dict[str, World]:
    """The first contract, its successor beside it, and one on the other chain, all in `ESCROWS`."""
    first, second = deployment.predict("Escrow"), deploy_next(world)
    deploy.deploy_escrow(far_node.engine.url, KEYS["deployer"])
    settings.ESCROWS = f"""
        [[escrow]]
        chain_id = 31337
        address = "{first}"
        version = 1
        takes_new_trades = false
        [[escrow]]
        chain_id = 31337
        address = "{second}"
        version = 2
        takes_new_trades = true
        [[escrow]]
        chain_id = {FAR}
        address = "{first}"
        version = 1
        takes_new_trades = true
        [[chain]]
        id = {FAR}
        rpc_urls = ["{far_node.engine.url}"]
        confirmations = 1
    """
    return {
        "first": World(url=world.url, contract=first),
        "second": World(url=world.url),
        "far": World(url=far_node.engine.url, chain_id=FAR, contract=first),
    }


def test_a_trade_on_each_completes_at_the_same_time(worlds: dict[str, World], tmp_path: Path) -> None:
    log = tmp_path / "process.log"
    assert worlds["second"].domain.contract == queries.node_facts().contract != worlds["first"].domain.contract
    shared = worlds["first"].terms()
    trades = {name: world.trade_id(shared) for name, world in worlds.items()}
    assert len(set(trades.values())) == 3, "the same terms are three trades: chain and contract are inside the id"
    for world in worlds.values():
        world.fund(shared)
    with running("runindexer", worlds["first"], log=log), running("runkeeper", worlds["first"], log=log):
        for action, by, status in (("mark_paid", "ben", "paid"), ("release", "sara", "released")):
            for world in worlds.values():
                ask(world, action, shared, by=by)
            wait_for(
                lambda status=status: Escrow.objects.filter(final_status=status).count() == 3,  # type: ignore[misc]
                what=f"all three are {status}",
                log=log,
            )
        wait_for(lambda: not Intent.objects.filter(closed_at=None).exists(), what="all is closed", log=log)
    for name, world in worlds.items():
        assert STATUSES[world.status(shared)] == "released", name
        view = queries.escrow_of(trades[name])
        assert view is not None
        assert (view.chain_id, view.contract) == (world.domain.chain_id, world.domain.contract)
        events = ChainEvent.objects.filter(trade_id=trades[name]).order_by("final_seq")
        assert list(events.values_list("name", flat=True)) == ["Funded", "Paid", "Released"]
        contracts = deployment.contracts(world.chain_id)
        assert reconcile(world.chain, contracts=contracts).differences == ()
    assert dict(KeeperState.objects.values_list("chain_id", "address")) == {31337: ADDRESS["kim"], FAR: ADDRESS["kim"]}
    assert sorted(Intent.objects.values_list("chain_id", "nonce")) == [
        *((FAR, nonce) for nonce in range(2)),
        *((31337, nonce) for nonce in range(4)),
    ], "each chain has its own numbers"


def test_a_dead_chain_holds_up_no_other(worlds: dict[str, World], far_node: RunningEngine, tmp_path: Path) -> None:
    log, terms = tmp_path / "process.log", worlds["second"].terms()
    far_node.kill()
    worlds["second"].fund(terms)
    ask(worlds["second"], "mark_paid", terms, by="ben")
    with running("runindexer", worlds["first"], log=log), running("runkeeper", worlds["first"], log=log):
        wait_for(Escrow.objects.filter(final_status="paid").exists, what="the living chain goes on", log=log)


def test_a_contract_that_joins_late_is_read_from_its_first_block(worlds: dict[str, World], settings: Settings) -> None:
    first, second = worlds["first"], worlds["second"]
    both, old, new = settings.ESCROWS, first.terms(), second.terms()
    trade = second.trade_id(new)
    for world, terms in ((second, new), (first, old)):
        world.fund(terms)
        world.act("mark_paid", terms, by="ben")
    first.mine(3)
    settings.ESCROWS = both[: both.index("[[escrow]]", both.index("[[escrow]]") + 1)].replace("false", "true")
    first.catch_up()
    assert [row.trade_id for row in Escrow.objects.all()] == [first.trade_id(old)]
    known = list(ChainEvent.objects.order_by("id").values_list("id", "state", "final_seq"))

    settings.ESCROWS = both
    joined = second.new_follower()
    steps = [joined.step()]
    while steps[-1].has_more or steps[-1].kind == "joined":
        steps.append(joined.step())
    assert steps[0].kind == "joined"
    assert {row.trade_id: row.final_status for row in Escrow.objects.all()} == {
        first.trade_id(old): "paid",
        trade: "paid",
    }
    assert list(ChainEvent.objects.order_by("id").values_list("id", "state", "final_seq"))[: len(known)] == known
    assert reconcile(first.chain, contracts=deployment.contracts(31337)).differences == ()
    assert rebuild(first.chain, follower=second.new_follower(), start=0).different == ()
    assert second.new_follower().step().kind == "idle", "it joins once"
