"""Every test starts with fresh rate limits: they are counted in a Redis that outlives it."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django.plugin import DjangoDbBlocker

from tests.api.world import World, kept


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One disputed trade for all tests of a file."""
    with django_db_blocker.unblock():
        yield from kept()
