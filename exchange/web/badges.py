"""The small numbers in header and tab bar, refetched when something happened to the reader."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.notifications import queries as notifications
from exchange.trades import listing
from exchange.web.visitors import signed_in

PLACES = frozenset({"nav", "tab", "bell"})


@require_safe
@signed_in
def badge(request: HttpRequest, account: Account, what: str, where: str) -> HttpResponse:
    """Show how many notifications are unread, or how many trades wait for the reader."""
    if where not in PLACES or what not in {"unread", "turns"}:
        raise NotFound()
    is_unread = what == "unread"
    count = notifications.unread_count(account) if is_unread else listing.count_turns(account, now=clock.now())
    words = "unread" if is_unread else "waiting for you"
    return render(request, "components/badge.html", {"what": what, "where": where, "count": count, "words": words})
