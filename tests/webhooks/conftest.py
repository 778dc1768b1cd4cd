"""Every test calls only what it says: receivers on loopback."""

from datetime import UTC, datetime

import pytest
import time_machine

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def clock_at_noon() -> time_machine.Traveller:
    """Hold the clock; tests move it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
