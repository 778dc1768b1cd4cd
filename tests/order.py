"""Pytest plugin: what takes long comes first, so that no process is left alone with it at the end.

The tests of the browser share one running Parley, so they are one group, which one process takes as a whole
(`--dist loadgroup`), and those that kill one of their own are another. While they wait for pages, the other processes
compute. Then come the files with a test marked `slow`, then the rest, in the random order that pytest-randomly gave.
"""

import pytest


@pytest.hookimpl
def pytest_itemcollected(item: pytest.Item) -> None:
    """Put the browser's tests into a group, before xdist reads the groups."""
    if _drives_a_browser(item) and item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort; each file stays together, as its fixtures want it."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (not _drives_a_browser(item), item.path not in slow))


def _drives_a_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("e2e") is not None
