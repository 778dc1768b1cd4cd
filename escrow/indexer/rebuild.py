"""Building every derived table anew from the chain alone, and telling what was different.

One transaction: readers see the old tables until the new ones stand, and a crash leaves the old ones. Rows of events
that exist before and after keep their id and their position, because trades refer to them.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from escrow.indexer.finalise import finalise
from escrow.indexer.step import Follower
from escrow.models import Block, ChainEvent, Credit, Cursor, Escrow, FinalCounter
from escrow.rpc import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Rows after the rebuild, and the tables that had other rows before."""

    events: int
    escrows: int
    different: tuple[str, ...]


_KEEP = """
    CREATE TEMPORARY TABLE escrow_kept AS
    SELECT * FROM escrow_chainevent WHERE chain_id = %s
"""
# Positions are unique, so all are taken back before they are given again.
_RESTORE = (
    "UPDATE escrow_chainevent SET state = 'seen', final_seq = NULL WHERE chain_id = %(chain)s AND state = 'final'",
    """
    UPDATE escrow_chainevent AS event SET id = kept.id,
        state = CASE WHEN kept.state = 'final' THEN 'final' ELSE event.state END, final_seq = kept.final_seq
    FROM escrow_kept AS kept
    WHERE event.chain_id = %(chain)s AND (event.block_number, event.log_index, event.block_hash, event.tx_hash)
        = (kept.block_number, kept.log_index, kept.block_hash, kept.tx_hash)
    """,
    # Orphaned events are history that the chain no longer tells.
    """
    INSERT INTO escrow_chainevent SELECT * FROM escrow_kept AS kept WHERE state = 'orphaned' AND NOT EXISTS (
        SELECT FROM escrow_chainevent AS event WHERE event.id = kept.id)
    """,
    "DROP TABLE escrow_kept",
)


def rebuild(chain: Chain, *, follower: Follower, start: int) -> Outcome:
    """Drop and rebuild all derived tables, up to the block they stood at. Raises `Unavailable` if it cannot be read."""
    chain_id = chain.chain_id
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().filter(chain_id=chain_id).first()
        until = cursor.block_number if cursor is not None else None
        before = snapshot(chain_id=chain_id)
        Cursor.objects.filter(chain_id=chain_id).update(block_number=start - 1, block_hash="", final_number=-1)
        counter, _ = FinalCounter.objects.select_for_update().get_or_create(id=1)
        with connection.cursor() as sql:
            sql.execute(_KEEP, [chain_id])
        for model in (Block, ChainEvent, Escrow, Credit):
            model.objects.filter(chain_id=chain_id).delete()
        while follower.step(until=until).has_more:
            pass
        _restore(chain_id=chain_id, counted=counter.last)
        after = snapshot(chain_id=chain_id)
    different = tuple(sorted(table for table, rows in after.items() if before[table] != rows))
    return Outcome(events=len(after["events"]), escrows=len(after["escrows"]), different=different)


def _restore(*, chain_id: int, counted: int) -> None:
    """Give known events their old ids and positions, and those that were not final before the next free positions."""
    deepest = ChainEvent.objects.filter(chain_id=chain_id, state="final").aggregate(n=Max("block_number"))["n"]
    with connection.cursor() as sql:
        for statement in _RESTORE:
            sql.execute(statement, {"chain": chain_id})
    FinalCounter.objects.filter(id=1).update(last=counted)
    if deepest is not None:
        finalise(chain_id=chain_id, up_to=deepest)


def snapshot(*, chain_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the derived tables say, without row ids, in a fixed order: equal chains give equal snapshots."""
    events = (
        ChainEvent.objects.filter(chain_id=chain_id).exclude(state="orphaned").order_by("block_number", "log_index")
    )
    names = ("contract", "block_number", "block_hash", "block_time", "tx_hash", "log_index", "name", "trade_id")
    return {
        "blocks": list(
            Block.objects.filter(chain_id=chain_id)
            .order_by("number")
            .values_list("number", "hash", "parent_hash", "timestamp")
        ),
        "events": list(
            events.order_by("block_number", "log_index").values_list(*names, "payload", "state", "final_seq")
        ),
        "escrows": list(Escrow.objects.filter(chain_id=chain_id).order_by("trade_id").values_list()),
        "credits": list(
            Credit.objects.filter(chain_id=chain_id)
            .order_by("contract", "account", "token")
            .values_list("contract", "account", "token", "head_amount", "final_amount")
        ),
    }
