"""Redis holds nothing that matters: idle lines stay open, and what breaks is whole again within ten seconds."""

import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from exchange.core.hints import hint
from tests import engines
from tests.builders import catalog
from tests.realtime.client import Ear, open_socket

pytestmark = pytest.mark.django_db(transaction=True)
TOPIC = "book:ETH/EUR"


@pytest.fixture
def ear(url: str) -> Iterator[Ear]:
    """A page that follows the book."""
    catalog()
    with open_socket(url) as opened:
        opened.follow(TOPIC)
        yield opened


def hears_a_hint(ear: Ear, *, within: float) -> bool:
    """Send hints until one is heard."""
    end, number = time.monotonic() + within, 0
    while time.monotonic() < end:
        number += 1
        hint(TOPIC, {"t": "book", "id": "ETH/EUR", "n": number})
        if not ear.hears_nothing_of("book", within=0.5):
            return True
    return False


@pytest.mark.slow
def test_a_line_idle_for_a_minute_still_hears(ear: Ear) -> None:
    time.sleep(62)
    assert hears_a_hint(ear, within=1)


def test_flushing_redis_costs_nothing(ear: Ear) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushall()
    assert hears_a_hint(ear, within=1)


def test_hints_come_back_after_redis_was_killed(ear: Ear) -> None:
    assert engines.ENGINES is not None
    engines.ENGINES.redis.kill()
    hint(TOPIC, {"t": "book", "id": "ETH/EUR"})  # lost, and nothing fails
    assert ear.hear("beat")
    engines.ENGINES.redis.start()
    assert hears_a_hint(ear, within=10)
