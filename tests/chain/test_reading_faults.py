"""Nodes that fail, stall, cut off, repeat, shuffle, hide and invent: the tables are always those of a fresh look."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from escrow import deployment
from escrow.errors import RpcError
from escrow.indexer.step import Follower
from escrow.models import ChainEvent, Escrow
from escrow.rpc import Chain
from tests.chain import proxy as faults
from tests.chain.proxy import Fault, Proxy, standing_before
from tests.chain.seeds import seeds
from tests.chain.trading import CHAIN_ID, Trading
from tests.chain.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(600)]

# Fault: how often it strikes. What makes us wait for a time-out strikes less often, so that the test does not.
FAULTS: dict[str, tuple[Fault, str]] = {
    "429": (faults.too_many, "0.4"),
    "500": (faults.server_error, "0.4"),
    "502 with a page": (faults.gateway, "0.4"),
    "truncated JSON": (faults.truncated, "0.4"),
    "cut off": (faults.cut_off, "0.4"),
    "hung up": (faults.hung_up, "0.4"),
    "time-out": (faults.timed_out, "0.05"),
    "half-open": (faults.half_open, "0.05"),
    "duplicated logs": (faults.duplicated_logs, "1"),
    "shuffled logs": (faults.shuffled_logs, "1"),
    "missing logs": (faults.missing_logs, "0.5"),
    "no logs": (faults.no_logs, "0.5"),
    "extra logs": (faults.extra_logs, "0.5"),
}


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.CHAIN_ASIDE_SECONDS = 1


def reading(*urls: str, seconds: int = 15) -> Chain:
    """Return a door to several nodes; only faults that let us wait get little time: a busy machine is slow too."""
    return Chain(urls, chain_id=CHAIN_ID, read_seconds=seconds, contracts=deployment.contracts())


def follow(follower: Follower, *, tries: int) -> None:
    """Step as the loop does, through every failure."""
    for _ in range(tries):
        try:
            if follower.step().kind == "idle":
                return
        except RpcError:
            continue


def trade_and_follow(trading: Trading, follower: Follower, proxy: Proxy, *, acts: int) -> None:
    for _ in range(acts):
        trading.act()
        follow(follower, tries=3)
    proxy.fault = faults.honest
    trading.catch_up(follower)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("seed", seeds(1))
def test_a_node_that_answers_badly_changes_nothing_in_the_end(shared: World, name: str, seed: int) -> None:
    fault, share = FAULTS[name]
    trading = Trading(shared, seed)
    with standing_before(shared.url, seed=seed) as proxy:
        seconds = 1 if name in {"time-out", "half-open"} else 15
        follower = trading.follower(reading(proxy.url, seconds=seconds))
        follow(follower, tries=1)
        proxy.fault, proxy.share = fault, float(share)
        trade_and_follow(trading, follower, proxy, acts=8)
    trading.expect_equal_to_a_fresh_look()


@pytest.mark.parametrize("seed", seeds(1))
def test_a_node_paused_for_minutes_is_caught_up_with(shared: World, seed: int) -> None:
    trading = Trading(shared, seed)
    with standing_before(shared.url) as proxy:
        follower = trading.follower(reading(proxy.url, seconds=1))
        trading.act()
        trading.catch_up(follower)
        proxy.paused.set()
        for _ in range(6):
            trading.act()
        with pytest.raises(RpcError):
            follower.step()
        proxy.paused.clear()
        trading.catch_up(follower)
    trading.expect_equal_to_a_fresh_look()


@pytest.mark.parametrize("name", ["missing logs", "no logs", "extra logs", "500", "hung up", "truncated JSON"])
@pytest.mark.parametrize("seed", seeds(1))
def test_of_three_nodes_the_one_that_is_broken_is_outvoted_in_a_backfill(
    shared: World, name: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    fault, _ = FAULTS[name]
    trading = Trading(shared, seed)
    for _ in range(8):
        trading.act()
    shared.mine(80)
    with standing_before(shared.url, fault=fault, seed=seed, share=1.0) as broken:
        broken.fault = spare_identity(fault)
        chain = reading(broken.url, shared.url, shared.url)
        follower = trading.follower(chain)
        trading.catch_up(follower)
        assert follower.disagree_at == 0
        # On a slow machine its time aside is over by now, so what was said of it counts.
        assert f"node {chain.report()[0].label} is set aside" in caplog.text
    trading.expect_equal_to_a_fresh_look()


def spare_identity(fault: Fault) -> Fault:
    """Let a node show who it is, so that it is asked and not merely refused at the door."""

    def spoil(request: object, answer: bytes, chance: object) -> faults.Answer:
        is_about_logs = isinstance(request, dict) and request.get("method") == "eth_getLogs"
        return fault(request, answer, chance) if is_about_logs else (200, answer, len(answer))  # type: ignore[arg-type]

    return spoil


@pytest.mark.parametrize("seed", seeds(1))
def test_one_word_against_another_makes_nothing_final_and_is_mended_when_they_agree(shared: World, seed: int) -> None:
    trading = Trading(shared, seed)
    trading.fund()
    trading.act()
    shared.mine(80)
    with standing_before(shared.url, fault=faults.no_logs) as liar:
        follower = trading.follower(reading(liar.url, shared.url))
        trading.catch_up(follower)
        assert follower.disagree_at > 0
        assert not ChainEvent.objects.filter(state="final").exists()
        liar.fault = faults.honest
        trading.catch_up(follower)
        assert follower.disagree_at == 0
    assert Escrow.objects.exclude(final_status="none").exists()
    trading.expect_equal_to_a_fresh_look()


def other_hash(request: object, answer: bytes, _: object) -> faults.Answer:
    """Another branch at every height: each block's hash is another."""
    changed = answer.replace(b'"hash":"0x', b'"hash":"0xdead').replace(b'"parentHash":"0x', b'"parentHash":"0xdead')
    return 200, changed, len(changed)


def old_head(request: object, answer: bytes, _: object) -> faults.Answer:
    """A node that stands still at block 3."""
    is_head = isinstance(request, dict) and request.get("method") == "eth_blockNumber"
    if is_head:
        return 200, b'{"jsonrpc":"2.0","id":1,"result":"0x3"}', 40
    if isinstance(request, list) and request[0]["method"] == "eth_getBlockByNumber":
        nothing = b"[" + b",".join(b'{"jsonrpc":"2.0","id":%d,"result":null}' % one["id"] for one in request) + b"]"
        return 200, nothing, len(nothing)
    return 200, answer, len(answer)


@pytest.mark.parametrize("lie", [other_hash, old_head])
def test_a_node_on_another_branch_or_far_behind_is_set_aside(shared: World, lie: Callable[..., object]) -> None:
    trading = Trading(shared, 5)
    trading.fund()
    shared.mine(10)
    with standing_before(shared.url) as odd:
        chain = reading(shared.url, shared.url, odd.url)
        trading.catch_up(trading.follower(chain))
        assert [one.kind for one in chain.report()] == ["ok", "ok", "ok"]
        odd.fault = lie  # type: ignore[assignment]
        trading.fund()
        shared.mine(10)
        trading.catch_up(trading.follower(chain))
        assert [one.kind for one in chain.report()[:2]] == ["ok", "ok"]
        assert chain.report()[2].kind in {"untrusted", "lagging", "failing", "wrong chain"}
        odd.fault = faults.honest
        chain._standing[chain.nodes[2]].until = 0
        shared.mine(4)
        trading.catch_up(trading.follower(chain))
        assert chain.report()[2].kind == "ok", "tried again later"
    trading.expect_equal_to_a_fresh_look()
