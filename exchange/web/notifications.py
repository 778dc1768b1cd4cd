"""What happened and what to do about it, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.notifications import actions, queries
from exchange.web.visitors import signed_in

FILTERS = (
    ("", "All"),
    ("needs_me", "Needs me"),
    ("trades", "Trades"),
    ("disputes", "Disputes"),
    ("offers", "Offers"),
    ("security", "Security"),
)
ICONS = {
    "your-turn": "arrow-right",
    "trade": "arrow-left-right",
    "dispute": "scale",
    "offer": "tag",
    "message": "message-square",
    "reminder": "clock",
    "security": "key-round",
}


@require_safe
@signed_in
def notifications(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the feed."""
    show = request.GET.get("show", "")
    cursor = request.GET.get("cursor") or None
    page = queries.feed(account, show=show or None, cursor=cursor)
    groups = [
        (group, [(item, ICONS.get(item.kind, "bell")) for item in group.items]) for group in queries.grouped(page.items)
    ]
    context = {"groups": groups, "next": page.next, "first": cursor is not None, "filters": FILTERS, "show": show}
    return render(request, "notifications/feed.html", context)


@require_POST
@signed_in
def mark_read(request: HttpRequest, account: Account) -> HttpResponse:
    """Mark everything read."""
    actions.mark_read(account, now=clock.now())
    return redirect("notifications")
