"""A fresh chain for every test that asks for one."""

from collections.abc import Generator
from pathlib import Path

import pytest
from pytest_django import Settings

from exchange.stack.anvil import Anvil
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import choose_port
from tests.chain.world import World


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
