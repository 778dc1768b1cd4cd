"""Writing what was read: every write may be repeated, and all of a step stand or fall with its move of the cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from escrow.decode import RawEvent
from escrow.indexer import rows
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


# Events handed to COPY at once.
_PIECE = 250

# How often the row is written while nothing happens: often enough for health, which counts in tens of seconds.
TOUCH_EVERY = timedelta(seconds=1)

_COLUMNS = "contract, block_number, block_hash, block_time, tx_hash, log_index, name, trade_id, payload"
_APPEND = f"COPY escrow_chainevent ({', '.join(rows.COLUMNS)}) FROM STDIN (FORMAT binary)"
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
_LOOK = """
    SELECT block_number, block_hash, head_number, final_number, head_time, contracts, polled_at, alarm_trades,
        (SELECT max(block_number) FROM escrow_chainevent WHERE chain_id = %(chain)s),
        EXISTS (SELECT FROM escrow_chainevent WHERE chain_id = %(chain)s AND state = 'seen')
    FROM escrow_cursor WHERE chain_id = %(chain)s
"""
# One height has one block. Those between two heights that carry no event are forgotten: too old to tell a branch by.
# No step's commit waits for the disk: a crash may undo the last ones, and they are then read again. Whoever acts on
# what they stored commits later and does wait, and PostgreSQL's log is in order: nothing is built on what could go.
_MOVE = """
    WITH moved AS (
        UPDATE escrow_cursor SET block_number = %(number)s, block_hash = %(hash)s, head_number = %(head)s,
            head_time = %(head_time)s, final_number = %(final)s, polled_at = %(now)s
        WHERE chain_id = %(chain)s AND block_number = %(was)s AND block_hash = %(was_hash)s
            AND final_number = %(was_final)s
        RETURNING chain_id
    ), kept AS (
        INSERT INTO escrow_block (chain_id, number, hash, parent_hash, timestamp)
        SELECT %(chain)s, * FROM unnest(
            %(numbers)s::bigint[], %(hashes)s::text[], %(parents)s::text[], %(times)s::bigint[])
        ON CONFLICT (chain_id, number) DO UPDATE
            SET hash = excluded.hash, parent_hash = excluded.parent_hash, timestamp = excluded.timestamp
    ), forgotten AS (
        DELETE FROM escrow_block AS block WHERE chain_id = %(chain)s AND number > %(after)s AND number < %(below)s
            AND number <> ALL (%(numbers)s::bigint[])
            AND NOT EXISTS (SELECT FROM escrow_chainevent AS event WHERE event.chain_id = %(chain)s
                AND event.block_number = block.number AND event.block_hash = block.hash AND event.state <> 'orphaned')
    )
    SELECT count(*), set_config('synchronous_commit', 'off', true) FROM moved
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The tables before a step: the cursor, the highest block with an event (-1: none), and if any is not final."""

    cursor: Cursor
    highest: int
    waits: bool


def look(*, chain_id: int, start: int, contracts: Sequence[str]) -> Standing:
    """Return how the tables stand; at its first use a cursor stands before block `start` and is about `contracts`."""
    with connection.cursor() as sql:
        sql.execute(_LOOK, {"chain": chain_id})
        row = sql.fetchone()
    if row is None:
        first = {"block_number": start - 1, "contracts": sorted(contracts)}
        Cursor.objects.get_or_create(chain_id=chain_id, defaults=first)
        return look(chain_id=chain_id, start=start, contracts=contracts)
    number, block_hash, head, final, head_time, known, polled_at, alarms, highest, waits = row
    cursor = Cursor(
        chain_id=chain_id,
        block_number=number,
        block_hash=block_hash,
        head_number=head,
        final_number=final,
        head_time=head_time,
        contracts=known,
        polled_at=polled_at,
        alarm_trades=alarms,
    )
    return Standing(cursor, -1 if highest is None else highest, waits)


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


def move_cursor(
    cursor: Cursor,
    *,
    number: int,
    block_hash: str,
    head: Header,
    final_number: int,
    headers: Sequence[Header] = (),
    forget: tuple[int, int] = (0, 0),
) -> None:
    """Move the cursor from exactly where it was read, store `headers` and `forget` those between two heights.

    Raises `LostRace`.
    """
    values: dict[str, Any] = {
        "chain": cursor.chain_id,
        "was": cursor.block_number,
        "was_hash": cursor.block_hash,
        "was_final": cursor.final_number,
        "number": number,
        "hash": block_hash,
        "final": final_number,
        "head": head.number,
        "head_time": head.timestamp,
        "now": datetime.now(UTC),
        "numbers": [row.number for row in headers],
        "hashes": [row.hash for row in headers],
        "parents": [row.parent_hash for row in headers],
        "times": [row.timestamp for row in headers],
        "after": forget[0],
        "below": forget[1],
    }
    with connection.cursor() as sql:
        sql.execute(_MOVE, values)
        moved, _ = sql.fetchone()
    if moved != 1:
        raise LostRace


def touch_cursor(cursor: Cursor, *, head: Header) -> None:
    """Note that a node answered and there was nothing new."""
    now = datetime.now(UTC)
    if cursor.polled_at is None or not timedelta(0) <= now - cursor.polled_at < TOUCH_EVERY:
        Cursor.objects.filter(chain_id=cursor.chain_id).update(
            polled_at=now, head_number=head.number, head_time=head.timestamp
        )


def append_events(
    events: Sequence[RawEvent], headers: dict[int, Header], *, chain_id: int, final_to: int, position: int
) -> None:
    """Store events of heights that nothing is stored of yet: up to `final_to` as final, numbered after `position`.

    The lock on the cursor keeps others out and the unique key is checked all the same; without a stage in between this
    is the fastest way into the table.
    """
    times = {number: header.timestamp for number, header in headers.items()}
    with connection.cursor() as cursor, cursor.copy(_APPEND) as copy:
        copy.write(rows.START)
        # In pieces: PostgreSQL takes in one while the next is made.
        for first in range(0, len(events), _PIECE):
            piece = events[first : first + _PIECE]
            copy.write(
                rows.pack_rows(piece, times=times, chain_id=chain_id, final_to=final_to, position=position + first)
            )
        copy.write(rows.END)


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


def read_events(*, chain_id: int, low: int, high: int) -> set[RawEvent]:
    """Return what is stored of the blocks `low` to `high` and stands."""
    kept = ChainEvent.objects.filter(chain_id=chain_id, block_number__range=(low, high)).exclude(state="orphaned")
    return {RawEvent(*row) for row in kept.values_list(*RawEvent.__struct_fields__)}


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
