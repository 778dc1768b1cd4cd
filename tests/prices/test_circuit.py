"""The circuit of one source, as a value."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchange.prices.circuit import LONGEST, OPENS_AFTER, SHORTEST, Circuit, State, after_failure, after_success, state

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)


def test_it_opens_after_three_failures_in_a_row_and_not_before() -> None:
    circuit = Circuit(failures=0, due_at=NOW)
    for _ in range(OPENS_AFTER - 1):
        circuit = after_failure(circuit, now=NOW)
        assert state(circuit, now=NOW) is State.CLOSED
    assert circuit.due_at == NOW
    circuit = after_failure(circuit, now=NOW)
    assert state(circuit, now=NOW) is State.OPEN
    assert circuit.due_at == NOW + SHORTEST


def test_when_its_while_is_over_one_probe_decides() -> None:
    opened = Circuit(failures=OPENS_AFTER, due_at=NOW + SHORTEST)
    later = NOW + SHORTEST
    assert state(opened, now=later) is State.HALF_OPEN
    assert state(after_success(opened), now=later) is State.CLOSED
    again = after_failure(opened, now=later)
    assert state(again, now=later) is State.OPEN
    assert again.due_at == later + 2 * SHORTEST


@given(st.integers(0, 10**9))
def test_the_wait_is_bounded_however_long_a_source_stays_away(failures: int) -> None:
    after = after_failure(Circuit(failures=failures, due_at=NOW), now=NOW)
    assert timedelta(0) <= after.due_at - NOW <= LONGEST
