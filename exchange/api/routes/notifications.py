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
from exchange.notifications import actions, preferences, push, queries

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


@call(router, "POST", "/notifications/browsers", gives=schemas.Browser, status=201, scope="trades:write")
def add_browser(request: HttpRequest, body: schemas.AddBrowser) -> dict[str, Any]:
    """Remember a browser that may be woken by web push; the push itself carries nothing."""
    added = push.subscribe(signed_in(request), endpoint=body.endpoint, label=body.label, now=clock.now())
    return {"id": added.pk, "label": added.label}


@call(router, "GET", "/notifications/preferences", gives=schemas.Wishes, scope="trades:read")
def read_preferences(request: HttpRequest) -> dict[str, Any]:
    """Return which kinds are told on which channel, and the quiet hours (minutes after midnight)."""
    return render.wishes(preferences.wishes_of(signed_in(request)))


@call(router, "PUT", "/notifications/preferences", gives=schemas.Wishes, scope="trades:write")
def save_preferences(request: HttpRequest, body: schemas.SaveWishes) -> dict[str, Any]:
    """Store them. Your turn, disputes and security cannot be switched off on the site."""
    account = signed_in(request)
    preferences.save(
        account,
        on={"site": body.site, "email": body.email, "push": body.push},
        with_details=body.with_details,
        quiet_from=body.quiet_from,
        quiet_to=body.quiet_to,
        time_zone=body.time_zone,
    )
    return render.wishes(preferences.wishes_of(account))
