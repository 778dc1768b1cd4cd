"""What needs one's attention."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router

from exchange.api import cursors
from exchange.api.answers import page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import accounts as render
from exchange.api.schemas import accounts as schemas
from exchange.api.schemas.fields import Cursor, Limit
from exchange.core import clock
from exchange.notifications import actions, queries

router = Router()
Show = Literal["needs_me", "trades", "disputes", "offers", "security"]


@call(router, "GET", "/notifications", gives=schemas.Notifications, scope="trades:read")
def list_notifications(
    request: HttpRequest, show: Show | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> dict[str, Any]:
    """Return one's notifications, newest first, all or of one kind."""
    account = signed_in(request)
    filters = {"show": show, "account": account.pk}
    place = cursors.read(cursor, of="notifications", filters=filters)
    found = queries.feed(account, show=show, cursor=None if place is None else str(place), limit=limit)
    following = cursors.write(int(found.next), of="notifications", filters=filters) if found.next else None
    items = [render.notification(one) for one in found.items]
    return {**page(items, following), "unread": queries.unread_count(account)}


@call(router, "POST", "/notifications/read", gives=schemas.Unread, scope="trades:write")
def mark_notifications_read(request: HttpRequest, body: schemas.MarkRead) -> dict[str, int]:
    """Mark notifications read: those named, those of one trade, or all."""
    account = signed_in(request)
    actions.mark_read(account, now=clock.now(), ids=body.ids, trade_code=body.trade or "")
    return {"unread": queries.unread_count(account)}
