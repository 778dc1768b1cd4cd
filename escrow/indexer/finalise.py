"""Giving final events their place in the one order in which the product learns of them."""

from django.db import connection

from escrow.indexer.store import StoredEvent
from escrow.models import ChainEvent, FinalCounter

_FINALISE = """
    WITH chosen AS (
        SELECT id, row_number() OVER (ORDER BY block_number, log_index) AS place
        FROM escrow_chainevent WHERE chain_id = %s AND state = 'seen' AND block_number <= %s
    )
    UPDATE escrow_chainevent AS event SET state = 'final', final_seq = %s + chosen.place
    FROM chosen WHERE event.id = chosen.id
    RETURNING contract, name, trade_id, payload
"""


def finalise(*, chain_id: int, up_to: int) -> list[StoredEvent]:
    """Make all seen events up to a height final and return them; positions follow chain order and are never reused."""
    count = ChainEvent.objects.filter(chain_id=chain_id, state="seen", block_number__lte=up_to).count()
    if not count:
        return []
    last = take_positions(count)
    with connection.cursor() as cursor:
        cursor.execute(_FINALISE, [chain_id, up_to, last])
        return [StoredEvent(*row) for row in cursor.fetchall()]


def take_positions(count: int) -> int:
    """Reserve `count` positions and return the one before the first of them.

    The counter's row lock is held until commit: numbers become visible in their order, so that a reader who has seen
    number n never finds a smaller one later.
    """
    counter, _ = FinalCounter.objects.select_for_update().get_or_create(id=1)
    FinalCounter.objects.filter(id=1).update(last=counter.last + count)
    return counter.last
