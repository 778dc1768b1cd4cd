"""How well we follow the chain, computed from what was really read: never from "the process is up"."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from escrow.models import Cursor

# Without an answer from a node for so long, what we show may be old. The age of the newest block says nothing: a quiet
# local chain mines none for hours.
STALE_AFTER = timedelta(seconds=30)

# A node answers, but so many blocks wait to be read: after a long stop, or when reading is slower than the chain.
MOST_BEHIND = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHealth:
    """`head` is the newest block read; `reorg_alarm` is set when final events were undone and a person must look."""

    head: int | None
    head_time: datetime | None
    last_seen_at: datetime | None
    age_seconds: int | None
    is_stale: bool
    reorg_alarm: bool


def chain_health(*, now: datetime | None = None) -> ChainHealth:
    """Return how fresh our picture of the configured chain is."""
    moment = now or datetime.now(UTC)
    cursor = Cursor.objects.filter(chain_id=settings.CHAIN_ID).first()
    if cursor is None or cursor.polled_at is None:
        return ChainHealth(
            head=None, head_time=None, last_seen_at=None, age_seconds=None, is_stale=True, reorg_alarm=False
        )
    age = moment - cursor.polled_at
    return ChainHealth(
        head=cursor.head_number,
        head_time=datetime.fromtimestamp(cursor.head_time, UTC),
        last_seen_at=cursor.polled_at,
        age_seconds=max(0, int(age.total_seconds())),
        is_stale=age > STALE_AFTER or cursor.head_number - cursor.block_number > MOST_BEHIND,
        reorg_alarm=cursor.alarm_at is not None,
    )
