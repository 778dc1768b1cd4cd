"""A fresh chain for every test that asks for one."""

from collections.abc import Generator
from pathlib import Path

import pytest
from pytest_django import Settings

from escrow import deploy
from exchange.stack.anvil import Anvil
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import choose_port
from tests.chain.world import KEYS, World


@pytest.fixture
def node(tmp_path: Path) -> Generator[RunningEngine]:
    """An Anvil of this test's own."""
    engine = RunningEngine(
        Anvil(folder=tmp_path / "anvil", log=tmp_path / "anvil.log", port=choose_port(), durable=False)
    )
    yield engine
    engine.kill()


@pytest.fixture
def world(node: RunningEngine, settings: Settings) -> Generator[World]:
    """That chain with the contracts on it, as the configured one."""
    settings.CHAIN_RPC_URLS = [node.engine.url]
    settings.ESCROW_ADDRESS = ""
    settings.CONFIRMATIONS = 1
    made = World(url=node.engine.url)
    made.deploy()
    yield made
    for keeper in made.keepers:
        keeper.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningEngine]:
    """One Anvil for a whole file of tests that each trade on, from where the last one stopped."""
    folder = tmp_path_factory.mktemp("standing")
    engine = RunningEngine(Anvil(folder=folder / "anvil", log=folder / "anvil.log", port=choose_port(), durable=False))
    deploy.deploy_escrow(engine.engine.url, KEYS["deployer"])
    yield engine
    engine.kill()


@pytest.fixture
def shared(standing: RunningEngine, settings: Settings) -> World:
    """The chain of `standing`, as the configured one."""
    settings.CHAIN_RPC_URLS = [standing.engine.url]
    settings.ESCROW_ADDRESS = ""
    settings.CONFIRMATIONS = 1
    return World(url=standing.engine.url)
