"""The short version of `make soak-chat`: things are killed at random, and nothing is lost."""

import pytest

from tests import engines
from tests.realtime.soak import Soak
from tests.servers import environment

# Each killed process takes seconds to come back, on a busy machine many.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(420)]


@pytest.mark.slow
async def test_nothing_is_lost_doubled_or_out_of_order_while_everything_is_killed() -> None:
    assert engines.ENGINES is not None
    running = engines.ENGINES
    soak = Soak(postgres=running.postgres, redis=running.redis, environment=environment(), seed=7)
    try:
        tally = await soak.run(messages=600, sockets=12, kills=6, within=180)
    finally:
        soak.close()
    assert sum(tally.kills.values()) == 6
    assert (tally.lost, tally.duplicated, tally.out_of_order, tally.complaints) == (0, 0, 0, [])
