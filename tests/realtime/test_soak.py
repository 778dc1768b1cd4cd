"""The short version of `make soak-chat`: everything is killed at least once in spirit, and nothing is lost."""

import pytest

from tests import engines
from tests.realtime.soak import Soak
from tests.servers import environment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
async def test_nothing_is_lost_doubled_or_out_of_order_while_everything_is_killed() -> None:
    assert engines.ENGINES is not None
    running = engines.ENGINES
    soak = Soak(postgres=running.postgres, redis=running.redis, environment=environment(), seed=7)
    try:
        tally = await soak.run(messages=2000, sockets=20, kills=8, within=100)
    finally:
        soak.close()
    assert sum(tally.kills.values()) == 8
    assert (tally.lost, tally.duplicated, tally.out_of_order, tally.complaints) == (0, 0, 0, [])
