"""A push of the newest block spares asking for it; whatever else is pushed, the tables are what the chain says."""

from collections.abc import Callable
from typing import Any

import pytest

from escrow import deployment
from escrow.indexer.rebuild import rebuild
from escrow.indexer.step import Follower
from escrow.models import Escrow
from escrow.rpc import Chain
from tests.chain.world import World
from tests.escrow.broken_node import BrokenNode, standing_before

pytestmark = pytest.mark.django_db

Header = dict[str, Any]
OTHER = "0x" + "77" * 32


def newest(world: World) -> Header:
    header: Header = world.rpc("eth_getBlockByNumber", "latest", False)
    return header


def follower_of(node: BrokenNode) -> Follower:
    chain = Chain([node.url], chain_id=31337)
    return Follower(chain, contracts=deployment.contracts(), start=0, confirmations=1)


def catch_up(follower: Follower) -> None:
    while follower.step().kind != "idle":
        pass


def methods(node: BrokenNode) -> list[str]:
    return [one["method"] for asked in node.requests for one in (asked if isinstance(asked, list) else [asked])]


def assert_tables_equal_a_fresh_look(world: World) -> None:
    assert rebuild(world.chain, follower=world.new_follower(), start=0).different == ()


def test_a_pushed_block_costs_one_question(world: World) -> None:
    with standing_before(world.url) as node:
        follower = follower_of(node)
        catch_up(follower)
        terms = world.terms()
        world.fund(terms)
        node.requests.clear()
        step = follower.step(pushed=newest(world))
        assert methods(node) == ["eth_getLogs"]
        assert (step.kind, step.changed, step.has_more) == ("scanned", {world.trade_id(terms)}, False)
        assert Escrow.objects.get().final_status == "funded"
    assert_tables_equal_a_fresh_look(world)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "nothing",
        lambda _: {},
        lambda header: header | {"number": "zz"},
        lambda header: header | {"number": hex(int(header["number"], 16) + 1)},
        lambda header: header | {"parentHash": OTHER},
        lambda header: header | {"hash": OTHER},
        lambda header: header | {"logsBloom": "0x" + "00" * 256},
    ],
)
def test_a_push_that_does_not_fit_changes_nothing(world: World, spoil: Callable[[Header], Any]) -> None:
    with standing_before(world.url) as node:
        follower = follower_of(node)
        catch_up(follower)
        world.fund(world.terms())
        step = follower.step(pushed=spoil(newest(world)))
        assert (step.kind, step.position) == ("scanned", world.height())
    assert Escrow.objects.get().final_status == "funded"
    assert_tables_equal_a_fresh_look(world)


def test_blocks_that_were_missed_are_read_before_the_pushed_one(world: World) -> None:
    with standing_before(world.url) as node:
        follower = follower_of(node)
        catch_up(follower)
        world.fund(world.terms())
        world.mine(3)
        follower.step(pushed=newest(world))
        catch_up(follower)
    assert Escrow.objects.get().final_status == "funded"
    assert_tables_equal_a_fresh_look(world)


def test_a_push_of_another_branch_goes_back_first(world: World) -> None:
    with standing_before(world.url) as node:
        follower = follower_of(node)
        world.mine(5)
        world.fund(world.terms())
        catch_up(follower)
        world.reorganise(2)
        assert follower.step(pushed=newest(world)).kind == "rewound"
        catch_up(follower)
    assert not Escrow.objects.exists()
    assert_tables_equal_a_fresh_look(world)
