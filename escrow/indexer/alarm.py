"""The alarm of a deep reorganisation: which trades had final events undone, until a person has looked at them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from escrow.models import Cursor


def raise_alarm(cursor: Cursor, trade_ids: Iterable[str]) -> None:
    """Final events of these trades were undone."""
    Cursor.objects.filter(chain_id=cursor.chain_id).update(
        alarm_at=datetime.now(UTC), alarm_trades=sorted({*cursor.alarm_trades, *trade_ids})
    )


def clear_alarm(*, chain_id: int) -> None:
    """A person has looked at the trades concerned."""
    Cursor.objects.filter(chain_id=chain_id).update(alarm_at=None, alarm_trades=[])
