"""Writing what was read: every write may be repeated, and all of a step stand or fall with its move of the cursor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from escrow.decode import RawEvent
from escrow.indexer.headers import Header
from escrow.models import Block, ChainEvent, Cursor


class LostRace(Exception):
    """Another process moved the cursor since it was read; this step must leave no trace."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What later parts of a step need of an event whose state changed."""

    contract: str
    name: str
    trade_id: str
    payload: str


# How often the row is written while nothing happens: often enough for health, which counts in tens of seconds.
TOUCH_EVERY = timedelta(seconds=1)

_COLUMNS = "contract, block_number, block_hash, block_time, tx_hash, log_index, name, trade_id, payload"
_APPEND = f"COPY escrow_chainevent (chain_id, {_COLUMNS}, state, final_seq) FROM STDIN"
_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS escrow_stage (
        contract text, block_number bigint, block_hash text, block_time bigint, tx_hash text, log_index bigint,
        name text, trade_id text, payload text
    ) ON COMMIT DELETE ROWS
"""
_COPY = "COPY escrow_stage FROM STDIN"
# A branch may leave the chain and come back: its events are then seen again, in their old rows.
_MERGE = f"""
    INSERT INTO escrow_chainevent (chain_id, {_COLUMNS}, state)
    SELECT %s, {_COLUMNS}, 'seen' FROM escrow_stage ORDER BY block_number, log_index
    ON CONFLICT (chain_id, block_number, log_index, block_hash)
        DO UPDATE SET state = 'seen' WHERE escrow_chainevent.state = 'orphaned'
    RETURNING block_number, log_index, block_hash
"""  # noqa: S608 (names only)
_BLOCKS = """
    INSERT INTO escrow_block (chain_id, number, hash, parent_hash, timestamp)
    SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])
    ON CONFLICT (chain_id, number) DO UPDATE
        SET hash = excluded.hash, parent_hash = excluded.parent_hash, timestamp = excluded.timestamp
"""
_FORGET = """
    DELETE FROM escrow_block AS block WHERE chain_id = %(chain)s AND number > %(after)s AND number < %(below)s
        AND NOT EXISTS (SELECT FROM escrow_chainevent AS event WHERE event.chain_id = %(chain)s
            AND event.block_number = block.number AND event.block_hash = block.hash AND event.state <> 'orphaned')
"""


def load_cursor(*, chain_id: int, start: int, contracts: Sequence[str]) -> Cursor:
    """Return the cursor of a chain; at its first use it stands before block `start` and is about `contracts`."""
    first = {"block_number": start - 1, "contracts": sorted(contracts)}
    cursor, _ = Cursor.objects.get_or_create(chain_id=chain_id, defaults=first)
    return cursor


def start_again(cursor: Cursor, contracts: Sequence[str], *, start: int) -> None:
    """Move the cursor back before block `start`, from where all of `contracts` are to be read. Raises `LostRace`."""
    moved = Cursor.objects.filter(
        chain_id=cursor.chain_id, block_number=cursor.block_number, block_hash=cursor.block_hash
    ).update(
        contracts=sorted({*cursor.contracts, *contracts}),
        block_number=min(cursor.block_number, start - 1),
        block_hash="",
        final_number=min(cursor.final_number, start - 1),
    )
    if moved != 1:
        raise LostRace


def move_cursor(cursor: Cursor, *, number: int, block_hash: str, head: Header, final_number: int) -> None:
    """Move the cursor from exactly where it was read. Raises `LostRace`."""
    moved = Cursor.objects.filter(
        chain_id=cursor.chain_id, block_number=cursor.block_number, block_hash=cursor.block_hash
    ).update(
        block_number=number,
        block_hash=block_hash,
        head_number=head.number,
        head_time=head.timestamp,
        final_number=final_number,
        polled_at=datetime.now(UTC),
    )
    if moved != 1:
        raise LostRace


def touch_cursor(cursor: Cursor, *, head: Header) -> None:
    """Note that a node answered and there was nothing new."""
    now = datetime.now(UTC)
    if cursor.polled_at is None or not timedelta(0) <= now - cursor.polled_at < TOUCH_EVERY:
        Cursor.objects.filter(chain_id=cursor.chain_id).update(
            polled_at=now, head_number=head.number, head_time=head.timestamp
        )


def is_known_ground(*, chain_id: int, start: int) -> bool:
    """Return whether an event at or above a height is stored already, orphaned ones included."""
    # The highest one is at the end of an index; asked whether there is one, the planner reads the table instead.
    highest = ChainEvent.objects.filter(chain_id=chain_id).order_by("-block_number").values_list("block_number")[:1]
    return any(number >= start for (number,) in highest)


def append_events(
    events: Sequence[RawEvent], headers: dict[int, Header], *, chain_id: int, final_to: int, position: int
) -> None:
    """Store events of heights that nothing is stored of yet: up to `final_to` as final, numbered after `position`.

    The lock on the cursor keeps others out and the unique key is checked all the same; without a stage in between this
    is the fastest way into the table.
    """
    times = {number: header.timestamp for number, header in headers.items()}
    lines = []
    for event in events:
        number = event.block_number
        if number <= final_to:
            position += 1
            state = f"final\t{position}"
        else:
            state = "seen\t\\N"
        # Every field is hex, digits or a word, so that no value needs quoting.
        lines.append(
            f"{chain_id}\t{event.contract}\t{number}\t{event.block_hash}\t{times[number]}\t{event.tx_hash}\t"
            f"{event.log_index}\t{event.name}\t{event.trade_id}\t{event.payload}\t{state}\n"
        )
    with connection.cursor() as cursor, cursor.copy(_APPEND) as copy:
        copy.write("".join(lines))


def merge_events(events: Sequence[RawEvent], headers: dict[int, Header], *, chain_id: int) -> list[RawEvent]:
    """Store events as seen and return those that are new or back; the others were there already."""
    lines = "".join(
        f"{event.contract}\t{event.block_number}\t{event.block_hash}\t{headers[event.block_number].timestamp}\t"
        f"{event.tx_hash}\t{event.log_index}\t{event.name}\t{event.trade_id}\t{event.payload}\n"
        for event in events
    )
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            copy.write(lines)
        cursor.execute(_MERGE, [chain_id])
        stored = set(cursor.fetchall())
        cursor.execute("TRUNCATE escrow_stage")
    return [event for event in events if (event.block_number, event.log_index, event.block_hash) in stored]


def put_blocks(headers: Iterable[Header], *, chain_id: int) -> None:
    """Store headers; one height has one block."""
    rows = list(headers)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCKS,
            [
                chain_id,
                [row.number for row in rows],
                [row.hash for row in rows],
                [row.parent_hash for row in rows],
                [row.timestamp for row in rows],
            ],
        )


def forget_blocks(*, chain_id: int, after: int, below: int) -> None:
    """Delete headers between the two heights that carry no event: they are too old to tell a branch by."""
    if after + 1 >= below:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"chain": chain_id, "after": after, "below": below})


def read_events(*, chain_id: int, low: int, high: int) -> set[RawEvent]:
    """Return what is stored of the blocks `low` to `high` and stands."""
    rows = ChainEvent.objects.filter(chain_id=chain_id, block_number__range=(low, high)).exclude(state="orphaned")
    return {RawEvent(*row) for row in rows.values_list(*RawEvent.__struct_fields__)}


def waiting_trades(*, chain_id: int) -> set[str]:
    """Return the trades with events that are not final: each block brings them nearer."""
    rows = ChainEvent.objects.filter(chain_id=chain_id, state="seen").exclude(trade_id="")
    return set(rows.values_list("trade_id", flat=True))


def orphan_after(number: int, *, chain_id: int) -> tuple[list[StoredEvent], list[StoredEvent]]:
    """Mark all events above a height orphaned and forget its headers. Returns (those seen, those that were final)."""
    rows = ChainEvent.objects.filter(chain_id=chain_id, block_number__gt=number)
    found: dict[str, list[StoredEvent]] = {"seen": [], "final": []}
    for state, gone in found.items():
        chosen = list(rows.filter(state=state).select_for_update().order_by("id"))
        gone += [StoredEvent(row.contract, row.name, row.trade_id, row.payload) for row in chosen]
        rows.filter(id__in=[row.id for row in chosen]).update(state="orphaned", final_seq=None)
    Block.objects.filter(chain_id=chain_id, number__gt=number).delete()
    return found["seen"], found["final"]
