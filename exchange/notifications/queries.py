"""Reading one's own notifications."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from exchange.accounts.models import Account
from exchange.core.errors import Invalid
from exchange.notifications.models import Kind, Notification

# A badge says "99+" beyond this; counting further would only cost.
MOST_COUNTED = 100
FILTERS: dict[str, tuple[str, ...]] = {
    "needs_me": (Kind.YOUR_TURN, Kind.REMINDER),
    "trades": (Kind.TRADE, Kind.YOUR_TURN, Kind.MESSAGE, Kind.REMINDER),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The notifications of one trade on a page (or what belongs to none), the newest first."""

    trade_code: str
    items: list[Notification]

    @property
    def is_new(self) -> bool:
        """Whether anything in it is unread."""
        return any(item.read_at is None for item in self.items)


def grouped(items: Iterable[Notification]) -> list[Group]:
    """Return a page's notifications by trade: groups with something unread first, then by the newest line."""
    found: dict[str, list[Notification]] = {}
    for item in items:
        found.setdefault(item.trade_code or f"-{item.pk}", []).append(item)
    groups = [Group(trade_code=items[0].trade_code, items=items) for items in found.values()]
    return sorted(groups, key=lambda group: (not group.is_new, -group.items[0].pk))


def newest_unread(account: Account) -> Notification | None:
    """Return what a woken browser shows: the newest unread line."""
    return Notification.objects.filter(account=account, read_at__isnull=True).order_by("-id").first()
