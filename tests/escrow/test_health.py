"""Health tells how old our picture is, from what was really read."""

from datetime import UTC, datetime, timedelta

import pytest
from eth_utils.crypto import keccak

from escrow.health import MOST_BEHIND, STALE_AFTER
from escrow.models import Cursor
from escrow.queries import chain_health, code_hash, node_facts
from escrow.rpc import chain
from tests.chain.world import World

pytestmark = pytest.mark.django_db


def test_before_anything_was_read_everything_is_stale() -> None:
    health = chain_health()
    assert (health.head, health.last_seen_at, health.age_seconds, health.is_stale) == (None, None, None, True)


def test_a_quiet_chain_is_fresh_and_a_silent_node_makes_it_stale(world: World) -> None:
    world.mine()
    world.catch_up()
    world.follower.step()
    health = chain_health()
    assert (health.head, health.is_stale, health.reorg_alarm) == (world.height(), False, False)
    assert health.age_seconds == 0
    later = datetime.now(UTC) + STALE_AFTER + timedelta(seconds=1)
    assert chain_health(now=later).is_stale
    Cursor.objects.update(polled_at=later)
    world.follower.step()
    assert chain_health().age_seconds == 0, "a node that answers makes it fresh, whether or not there is a new block"


def test_many_unread_blocks_make_it_stale(world: World) -> None:
    world.catch_up()
    Cursor.objects.update(head_number=world.height() + MOST_BEHIND + 1)
    assert chain_health().is_stale


def test_without_a_keeper_there_is_no_relayer(world: World) -> None:
    facts = node_facts()
    assert (facts.chain_id, facts.contract, facts.relayer, facts.required) == (31337, world.domain.contract, None, 1)


def test_the_hash_of_no_code_is_not_remembered(world: World) -> None:
    later = "0x" + "c0de" * 10
    assert code_hash(later) == "0x" + keccak(b"").hex()
    chain().call("anvil_setCode", later, "0x6001")
    assert code_hash(later) == "0x" + keccak(b"\x60\x01").hex()
    chain().call("anvil_setCode", later, "0x")
    assert code_hash(later) == "0x" + keccak(b"\x60\x01").hex(), "deployed code cannot change: it is not asked again"


def test_the_code_hash_is_that_of_the_deployed_contract(world: World) -> None:
    code = chain().call("eth_getCode", world.domain.contract, "latest")
    assert code_hash(world.domain.contract) == "0x" + keccak(hexstr=code).hex()
