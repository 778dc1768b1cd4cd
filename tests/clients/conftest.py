"""One running Parley for the tests that use a node from outside."""

from collections.abc import Iterator

import pytest

from tests.e2e.running import Running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole Parley of its own, with one finished demo trade so that it starts fast."""
    running = Running(tmp_path_factory.mktemp("parley"), DEMO_TRADES="1")
    running.start(within=400)
    yield running
    running.stop()
