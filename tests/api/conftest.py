"""Every test starts with fresh rate limits: they are counted in a Redis that outlives it."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()
