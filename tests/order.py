"""The order of the tests on several workers: files with slow tests begin, so that none of them is left for the end.

A file stays together, since its tests share what its fixtures made. Within this the order is random.
"""

from collections import defaultdict
from itertools import chain
from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the files out as xdist will: each worker takes the next stretch of the list, and steals from the others'."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    files: defaultdict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    slow_first = sorted(files.values(), key=lambda tests: all(one.get_closest_marker("slow") is None for one in tests))
    items[:] = chain.from_iterable(tests for first in range(workers) for tests in slow_first[first::workers])
