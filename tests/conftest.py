"""Fixtures every test may ask for. The engines themselves are started by `engines.py`, before Django."""

import time
from collections.abc import Generator

import pytest

from exchange.stack.rpc import call_node
from tests import engines


@pytest.fixture
def anvil() -> Generator[str]:
    """The test process's local chain: its address. Whatever the test does to it is taken back afterwards."""
    url = _running().anvil.engine.url
    newest = int(call_node(url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    call_node(url, "evm_setTime", max(int(time.time()), newest))
    snapshot = call_node(url, "evm_snapshot")
    yield url
    call_node(url, "evm_revert", snapshot)


@pytest.fixture(scope="session")
def escrow_contract() -> str:
    """The escrow contract on the test process's local chain: its address, the same on every chain."""
    from escrow.deploy import deploy_escrow

    return deploy_escrow(_running().anvil.engine.url, DEPLOYER_KEY)


# Account 9 of the published development mnemonic; it pays for deployments and plays no part in any trade.
DEPLOYER_KEY = "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"


def _running() -> engines.Engines:
    assert engines.ENGINES is not None, "only a process that runs tests has engines"
    return engines.ENGINES
