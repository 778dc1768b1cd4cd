"""One running Parley for the tests that use a node from outside."""

from collections.abc import Iterator

import pytest

from parley_client import Parley, flows
from tests.e2e.running import Running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole Parley of its own, with one finished demo trade so that it starts fast."""
    running = Running(tmp_path_factory.mktemp("parley"), migrated=True, DEMO_TRADES="1")
    running.start(within=400)
    with Parley(running.url) as parley:  # its first prices come a moment after its first page
        parley.run(flows.fresh_price("ETH", "EUR", within=120))
    yield running
    running.stop()
