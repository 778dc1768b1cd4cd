"""Reading one's own notifications."""

from dataclasses import dataclass
from datetime import datetime

from exchange.accounts.models import Account
from exchange.core.errors import Invalid
from exchange.notifications.models import Kind, Notification

# A badge says "99+" beyond this; counting further would only cost.
MOST_COUNTED = 100
FILTERS: dict[str, tuple[str, ...]] = {
    "needs_me": (Kind.YOUR_TURN,),
    "trades": (Kind.TRADE, Kind.YOUR_TURN),
    "disputes": (Kind.DISPUTE,),
    "offers": (Kind.OFFER,),
    "security": (Kind.SECURITY,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationPage:
    """Some notifications, newest first, and the cursor of the next page (None at the end)."""

    items: list[Notification]
    next: str | None


def unread_count(account: Account) -> int:
    """Return how many notifications are unread, at most a hundred."""
    unread = Notification.objects.filter(account=account, read_at__isnull=True)
    return len(unread.values_list("pk", flat=True)[:MOST_COUNTED])


def feed(account: Account, *, show: str | None = None, cursor: str | None = None, limit: int = 50) -> NotificationPage:
    """Return an account's notifications, all or one of `FILTERS`. Raises `Invalid`."""
    rows = Notification.objects.filter(account=account)
    if show is not None:
        if show not in FILTERS:
            raise Invalid(fields={"/show": f"This is one of {', '.join(FILTERS)}."})
        rows = rows.filter(kind__in=FILTERS[show])
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
            raise Invalid(fields={"/cursor": "This cursor does not come from here."})
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-id")[: limit + 1])
    return NotificationPage(items=found[:limit], next=str(found[limit - 1].pk) if len(found) > limit else None)


def unread_trades(account: Account) -> dict[str, datetime]:
    """Return the trades with unread notifications and when the newest came."""
    rows = Notification.objects.filter(account=account, read_at__isnull=True).exclude(trade_code="")
    return dict(rows.order_by("id").values_list("trade_code", "at"))
