"""Writing notifications once and marking them read."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.hints import hint
from exchange.notifications.models import Notification
from exchange.notifications.render import Line


def write(account: Account, line: Line, *, key: str, trade_code: str) -> bool:
    """Store a line for `account` and tell its open pages; a repeated `key` does nothing. Returns whether it is new."""
    with transaction.atomic():
        found, created = Notification.objects.get_or_create(
            account=account,
            key=key,
            defaults={
                "kind": line.kind,
                "text": line.text,
                "path": line.path,
                "trade_code": trade_code,
                "at": clock.now(),
            },
        )
        if created:
            message = {"t": "notif", "id": found.pk, "kind": line.kind, "trade": trade_code, "say": line.text}
            hint(f"user:{account.address}", message)
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
