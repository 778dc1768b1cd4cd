"""What is appended with COPY reads back as it was, whatever the events are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow.decode import RawEvent
from escrow.indexer import rows, store
from escrow.indexer.headers import Header
from escrow.models import ChainEvent
from tests.chain.world import ADDRESS

HASHES = st.integers(0, 2**256 - 1).map(lambda number: f"0x{number:064x}")
NAMES = st.sampled_from(["Funded", "Paid", "Withdrawn", "Evidence"])


@st.composite
def events(draw: st.DrawFn) -> list[RawEvent]:
    found = []
    for number in sorted(draw(st.sets(st.integers(1, 2**40), min_size=1, max_size=4))):
        block_hash = draw(HASHES)
        for index in sorted(draw(st.sets(st.integers(0, 2**31 - 1), min_size=1, max_size=5))):
            name = draw(NAMES)
            contract = draw(st.sampled_from(sorted(ADDRESS.values())))
            trade_id = "" if name == "Withdrawn" else draw(HASHES)
            payload = draw(st.binary(max_size=2000)).hex()
            found.append(RawEvent(number, index, contract, block_hash, draw(HASHES), name, trade_id, payload))
    return found


@pytest.mark.django_db
@given(found=events(), final_blocks=st.integers(0, 4), position=st.integers(0, 2**60))
def test_appended_events_read_back_as_they_were(found: list[RawEvent], final_blocks: int, position: int) -> None:
    ChainEvent.objects.all().delete()
    heights = sorted({event.block_number for event in found})
    headers = {height: Header(height, "", "", 7 * height, 0) for height in heights}
    final_to = [0, *heights][min(final_blocks, len(heights))]
    store.append_events(found, headers, chain_id=31337, final_to=final_to, position=position)
    assert store.read_events(chain_id=31337, low=0, high=2**41) == set(found)
    stored = ChainEvent.objects.order_by("id")
    assert [(row.block_number, row.log_index) for row in stored] == [(one.block_number, one.log_index) for one in found]
    assert all(row.block_time == 7 * row.block_number for row in stored)
    deep = [row for row in stored if row.block_number <= final_to]
    assert [row.final_seq for row in deep] == list(range(position + 1, position + 1 + len(deep)))
    assert {row.state for row in deep} <= {"final"}
    assert {(row.state, row.final_seq) for row in stored if row.block_number > final_to} <= {("seen", None)}


def test_every_column_but_the_key_is_told() -> None:
    assert {*rows.COLUMNS, "id"} == {field.column for field in ChainEvent._meta.fields}
