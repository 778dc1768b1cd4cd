"""Writing notifications once and marking them read."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.hints import hint
from exchange.core.outbox import emit
from exchange.notifications.models import Channel, Notification
from exchange.notifications.preferences import wishes_of
from exchange.notifications.render import Line


def write(account: Account, line: Line, *, key: str, trade_code: str) -> bool:
    """Store a line for `account` and tell its open pages; a repeated `key` does nothing. Returns whether it is new.

    What the reader has switched off on the site is kept as read: it may still be told on another channel.
    """
    is_shown = wishes_of(account).wants("site", line.kind)
    moment = clock.now()
    with transaction.atomic():
        found, created = Notification.objects.get_or_create(
            account=account,
            key=key,
            defaults={
                "kind": line.kind,
                "text": line.text,
                "path": line.path,
                "trade_code": trade_code,
                "at": moment,
                "read_at": None if is_shown else moment,
            },
        )
        if created:
            message = {"t": "notif", "id": found.pk, "kind": line.kind, "trade": trade_code, "say": line.text}
            if is_shown:
                hint(f"user:{account.address}", message)
            for channel in Channel.values:
                emit(f"notification.{channel}", {"id": found.pk})
    return created


def mark_read(account: Account, *, now: datetime, ids: Iterable[int] | None = None, trade_code: str = "") -> int:
    """Mark an account's own notifications read: those with `ids`, those of one trade, or all. Returns how many."""
    rows = Notification.objects.filter(account=account, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    if trade_code:
        rows = rows.filter(trade_code=trade_code)
    with transaction.atomic():
        count = rows.update(read_at=now)
        if count:
            hint(f"user:{account.address}", {"t": "notif", "read": True})
    return count
