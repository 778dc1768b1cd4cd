"""Rate limits: counted together by all processes, exact, and said with the time to wait."""

import uuid
from datetime import UTC, datetime

import pytest
import time_machine

from exchange.core.errors import TooMany
from exchange.core.limits import Limit, spend
from tests.parallel import at_once

NOON = datetime(2026, 11, 22, 12, 0, 15, tzinfo=UTC)


def fresh(most: int = 3, seconds: int = 60) -> Limit:
    return Limit(name=uuid.uuid4().hex, most=most, seconds=seconds)


@time_machine.travel(NOON, tick=False)
def test_one_act_too_many_is_refused_with_the_time_to_wait() -> None:
    limit = fresh()
    assert [spend(limit, "sara").remaining for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany) as refused:
        spend(limit, "sara")
    assert refused.value.extra == {"retry_after": 45, "limit": 3}


@time_machine.travel(NOON, tick=False)
def test_people_and_limits_are_counted_apart() -> None:
    limit = fresh(most=1)
    spend(limit, "sara")
    assert spend(limit, "ben").remaining == 0
    assert spend(fresh(most=1), "sara").remaining == 0


def test_the_next_window_begins_anew() -> None:
    limit = fresh(most=1)
    with time_machine.travel(NOON, tick=False) as traveller:
        assert spend(limit, "sara").reset == 45
        traveller.shift(45)
        assert spend(limit, "sara").reset == 60


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_parallel_acts_are_counted_one_by_one() -> None:
    limit = fresh(most=20)
    results = at_once(50, lambda _: spend(limit, "mallory"))
    assert sum(isinstance(result, TooMany) for result in results) == 30
