"""`kill -9` of the keeper, and of PostgreSQL, at every numbered step of sending: nothing twice, nothing lost, no human.

A few seeds here; `make soak-keeper` runs each step with twenty (SEEDS) and prints the table.
"""

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from escrow.terms import Terms
from exchange.stack.engine import RunningEngine
from exchange.stack.errors import StackError
from tests import engines
from tests.chain.striking import STEPS, Scene, Trap, assert_sent_once, is_at, request, scene, until
from tests.chain.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(3000)]
ACTS = (("mark_paid", "ben", "paid"), ("release", "sara", "released"))
SEEDS = int(os.environ.get("SEEDS", "0"))
FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
# In the short version each step once; those of a killed database take a second each.
KEEPER_STEPS = list(STEPS) * max(SEEDS, 1)
POSTGRES_STEPS = list(STEPS) * SEEDS or [6, 7, 10]


@pytest.fixture(autouse=True)
def _without_an_hourly_limit(settings: Settings) -> None:
    settings.KEEPER_RELAYS_PER_HOUR = 10_000


def forget_connections() -> None:
    """Give up this process's own pooled connections, which do not outlive the server."""
    wrapper: Any = connection
    connection.close()
    wrapper.close_pool()


def start_again(postgres: RunningEngine) -> None:
    """Start it as soon as the last of the processes it left behind is gone."""
    for _ in range(20):
        try:
            postgres.start()
        except StackError:
            time.sleep(0.5)
        else:
            return
    postgres.start()


def with_a_killed_keeper(at: Scene, terms: Terms, *, step: int, act: tuple[str, str, str]) -> None:
    action, by, status = act
    with at.keeper() as keeper:
        trap = Trap(step, strike=keeper.kill)
        trap.arm(at)
        request(at.world, action, terms, by=by)
        trap.wait(at)
        with at.keeper():
            until(lambda: is_at(at.world, terms, status), what=f"the trade is {status} after step {step}")
            at.world.catch_up()


def with_a_killed_database(at: Scene, terms: Terms, *, step: int, act: tuple[str, str, str]) -> None:
    assert engines.ENGINES is not None
    action, by, status = act
    postgres = engines.ENGINES.postgres
    trap = Trap(step, strike=postgres.kill)
    request(at.world, action, terms, by=by)
    trap.arm(at)
    with at.keeper() as keeper:
        trap.wait(at)
        forget_connections()
        start_again(postgres)
        until(lambda: is_at(at.world, terms, status), what=f"the trade is {status} after step {step}")
        assert keeper.is_running, "it outlives its database"
        until(lambda: bool(at.world.catch_up()) or True, what="the indexer reads on")


def test_a_keeper_killed_at_each_step_of_sending_sends_everything_once(world: World, tmp_path: Path) -> None:
    steps, trades = list(KEEPER_STEPS), []
    random.Random(FIRST_SEED).shuffle(steps)
    with scene(world, log=tmp_path / "keeper.log") as at:
        for number, step in enumerate(steps):
            if number % 2 == 0:
                trades.append(world.terms())
                world.fund(trades[-1])
            with_a_killed_keeper(at, trades[-1], step=step, act=ACTS[number % 2])
        with at.keeper():
            assert_sent_once(world, trades, acts=len(steps))
    print(f"\nkeeper killed at {len(STEPS)} steps × {max(SEEDS, 1)} seeds: {len(steps)} kills, all sent once")


def test_postgresql_killed_at_steps_of_sending_loses_and_doubles_nothing(world: World, tmp_path: Path) -> None:
    steps, trades = list(POSTGRES_STEPS), []
    random.Random(FIRST_SEED).shuffle(steps)
    with scene(world, log=tmp_path / "keeper.log") as at:
        for number, step in enumerate(steps):
            if number % 2 == 0:
                trades.append(world.terms())
                world.fund(trades[-1])
            with_a_killed_database(at, trades[-1], step=step, act=ACTS[number % 2])
        with at.keeper():
            assert_sent_once(world, trades, acts=len(steps))
    print(f"\nPostgreSQL killed at {len(set(steps))} steps × {SEEDS or 1} seeds: {len(steps)} kills, all sent once")


def test_two_keepers_started_by_mistake_and_killed_by_turns_send_everything_once(world: World, tmp_path: Path) -> None:
    dice, trades = random.Random(7 + FIRST_SEED), [world.terms() for _ in range(4 + SEEDS)]
    for terms in trades:
        world.fund(terms)
    with scene(world, log=tmp_path / "keeper.log") as at, at.keeper() as first, at.keeper() as second:
        keepers = [first, second]
        for action, by, status in ACTS:
            for terms in trades:
                request(world, action, terms, by=by)
            for _ in range(3):
                one = dice.randrange(2)
                until(lambda: len(at.signer.asked) > 0, what="the leader works")
                keepers[one].kill()
                at.signer.asked.clear()
                keepers[one] = at.keeper()
                if all(is_at(world, terms, status) for terms in trades):
                    break
            until(lambda status=status: all(is_at(world, terms, status) for terms in trades), what=status)  # type: ignore[misc]
            world.catch_up()
        assert_sent_once(world, trades, acts=len(trades) * 2)
        for keeper in keepers:
            keeper.kill()
    print(f"\ntwo keepers at once, killed by turns: {len(trades)} trades, all sent once")
