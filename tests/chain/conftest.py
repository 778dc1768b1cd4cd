"""A fresh chain for every test that asks for one."""

from collections.abc import Generator
from pathlib import Path

import pytest
from pytest_django import Settings

from escrow import deploy
from escrow.rpc import Node
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


def height(engine: RunningEngine) -> int:
    """Return the number of the newest block, asked of this very node."""
    return int(Node(engine.engine.url).call("eth_blockNumber"), 16)


class Ground:
    """One Anvil for many tests that each trade on, from where the last one stopped; a new one before it is too long.

    Anvil keeps the states of its last nine hundred blocks or so: a reorganisation of a longer chain leaves it without
    its contracts.
    """

    LONGEST = 600

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._engine: RunningEngine | None = None

    def url(self) -> str:
        """Return the address of a chain that carries the contracts and can still be reorganised."""
        if self._engine is None or height(self._engine) > self.LONGEST:
            self.stop()
            self._count += 1
            place = self._folder / str(self._count)
            place.mkdir()
            anvil = Anvil(folder=place / "anvil", log=place / "anvil.log", port=choose_port(), durable=False)
            self._engine = RunningEngine(anvil)
            deploy.deploy_escrow(anvil.url, KEYS["deployer"])
        return self._engine.engine.url

    def stop(self) -> None:
        """End the Anvil that runs now, if any."""
        if self._engine is not None:
            self._engine.kill()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ground]:
    """The chain that a file of tests shares."""
    made = Ground(tmp_path_factory.mktemp("ground"))
    yield made
    made.stop()


@pytest.fixture
def shared(ground: Ground, settings: Settings) -> World:
    """The chain of `ground`, as the configured one."""
    url = ground.url()
    settings.CHAIN_RPC_URLS = [url]
    settings.ESCROW_ADDRESS = ""
    settings.CONFIRMATIONS = 1
    return World(url=url)
