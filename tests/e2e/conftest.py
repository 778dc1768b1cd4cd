"""One running Parley and one browser for the tests that do not break them."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import Visitor, launch
from tests.e2e.running import Running


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A Parley with a short demo history."""
    # Ben takes in every test what no order of them ends in time: his cap is not what they look at.
    # The push service of these tests is on loopback.
    running = Running(
        tmp_path_factory.mktemp("parley"), DEMO_TRADES="12", MAX_OPEN_TAKES="100", PUSH_SERVICES="127.0.0.1"
    )
    running.start()
    yield running
    assert running.stop() == 0, running.tail()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the windows showed when a test failed, and close those it left open."""
    report = yield
    if call.when == "call":
        for visitor in list(Visitor.open_now):
            if report.failed:
                report.sections.append((f"window of {getattr(visitor, 'name', 'a visitor')}", visitor.describe()))
            visitor.close()
    return report
