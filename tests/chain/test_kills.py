"""`kill -9` of the indexer and of PostgreSQL at numbered steps: a step is the Nth request to the node or message to the
database, so that nothing in the product knows of it. After a restart the tables are those of a fresh look."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from escrow.models import Cursor
from tests import engines
from tests.chain.database_proxy import numbering
from tests.chain.processes import Process, wait_for
from tests.chain.proxy import standing_before
from tests.chain.seeds import seeds
from tests.chain.test_crash import close_pool
from tests.chain.trading import Trading
from tests.chain.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]
# A backfill of these chains takes some thirty requests and a hundred messages.
REQUESTS, MESSAGES = 16, 70


class Killing:
    """Kills a victim at one step, once."""

    def __init__(self, at: int, victim: Callable[[], None]) -> None:
        self.at = at
        self.victim = victim
        self.has_begun = self.is_done = False

    def __call__(self, step: int) -> None:
        if step >= self.at and not self.has_begun:
            self.has_begun = True
            self.victim()
            self.is_done = True


def is_read_up(world: World) -> bool:
    connection.close()
    return Cursor.objects.filter(block_number=world.height()).exists()


def run_and_kill(world: World, seed: int, *, log: Path, victim: str, at_request: int = 0, at_message: int = 0) -> None:
    trading = Trading(world, seed, confirmations=1)
    trading.start = 0
    for _ in range(5):
        trading.act()
    with standing_before(world.url) as node, numbering() as database:
        places = {"CHAIN_RPC_URLS": node.url, "DATABASE_URL": database.url}
        process = Process("runindexer", world, log=log, places=places)
        try:
            end = process.kill if victim == "indexer" else kill_database
            killing = Killing(at_request or at_message, end)
            (node if at_request else database).at_step = killing
            wait_for(lambda: killing.is_done, what=f"step {killing.at} is reached", log=log, meanwhile=world.mine)
            if victim == "indexer":
                assert not process.is_running
            else:
                start_database()
            trading.act()
            if victim == "indexer":
                process.kill()
                process = Process("runindexer", world, log=log, places=places)
            wait_for(lambda: is_read_up(world), what="all blocks are read", log=log)
            assert process.stop() == 0
        finally:
            process.kill()
    trading.expect_equal_to_a_fresh_look()


def kill_database() -> None:
    assert engines.ENGINES is not None
    engines.ENGINES.postgres.kill()


def start_database() -> None:
    assert engines.ENGINES is not None
    connection.close()
    close_pool()
    engines.ENGINES.postgres.start()


@pytest.mark.parametrize("seed", seeds(1))
def test_an_indexer_killed_at_any_request_is_as_if_it_had_not_been(shared: World, seed: int, tmp_path: Path) -> None:
    at = random.Random(seed).randint(1, REQUESTS)
    run_and_kill(shared, seed, log=tmp_path / "log", victim="indexer", at_request=at)


@pytest.mark.parametrize("seed", seeds(1))
def test_an_indexer_killed_at_any_message_to_the_database_too(shared: World, seed: int, tmp_path: Path) -> None:
    at = random.Random(seed).randint(1, MESSAGES)
    run_and_kill(shared, seed, log=tmp_path / "log", victim="indexer", at_message=at)


@pytest.mark.parametrize("seed", seeds(1))
def test_a_database_killed_at_any_message_of_the_indexer(shared: World, seed: int, tmp_path: Path) -> None:
    at = random.Random(seed).randint(1, MESSAGES)
    run_and_kill(shared, seed, log=tmp_path / "log", victim="database", at_message=at)
