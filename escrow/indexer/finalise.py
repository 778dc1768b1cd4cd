"""Giving final events their place in the one order in which the product learns of them."""

from django.db import connection

from escrow.indexer.store import StoredEvent

_FINALISE = """
    WITH chosen AS (
        SELECT id, row_number() OVER (ORDER BY block_number, log_index) AS place
        FROM escrow_chainevent WHERE chain_id = %s AND state = 'seen' AND block_number <= %s
    ), counter AS (
        INSERT INTO escrow_finalcounter (id, last) SELECT 1, count(*) FROM chosen HAVING count(*) > 0
        ON CONFLICT (id) DO UPDATE SET last = escrow_finalcounter.last + excluded.last
        RETURNING last - (SELECT count(*) FROM chosen) AS before
    )
    UPDATE escrow_chainevent AS event SET state = 'final', final_seq = counter.before + chosen.place
    FROM chosen, counter WHERE event.id = chosen.id
    RETURNING contract, name, trade_id, payload
"""
_TAKE = """
    INSERT INTO escrow_finalcounter (id, last) VALUES (1, %s)
    ON CONFLICT (id) DO UPDATE SET last = escrow_finalcounter.last + excluded.last RETURNING last
"""


def finalise(*, chain_id: int, up_to: int) -> list[StoredEvent]:
    """Make all seen events up to a height final and return them; positions follow chain order and are never reused."""
    with connection.cursor() as cursor:
        cursor.execute(_FINALISE, [chain_id, up_to])
        return [StoredEvent(*row) for row in cursor.fetchall()]


def take_positions(count: int) -> int:
    """Reserve `count` positions and return the one before the first of them.

    The counter's row lock is held until commit: numbers become visible in their order, so that a reader who has seen
    number n never finds a smaller one later.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [count])
        (last,) = cursor.fetchone()
    return int(last) - count
