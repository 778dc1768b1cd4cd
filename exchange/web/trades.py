"""My trades, in the order in which they need me."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.accounts.models import Account
from exchange.chat import queries as chat
from exchange.core import clock
from exchange.trades.listing import GROUPS, group_of, trades_of
from exchange.trades.view import TradeView
from exchange.web.room import Room, room_of
from exchange.web.visitors import signed_in

TITLES = {
    "your_turn": ("Your turn", "Nothing needs you now."),
    "waiting": ("Waiting for others", "Nobody keeps you waiting."),
    "disputes": ("Disputes", "No disputes."),
    "done": ("Done", "No finished trades yet."),
}


@dataclass(frozen=True, slots=True)
class Group:
    """One group of trades and what is said when it is empty."""

    key: str
    title: str
    empty: str
    rooms: list[Room]


@require_safe
@signed_in
def my_trades(request: HttpRequest, account: Account) -> HttpResponse:
    """List the reader's trades."""
    cursor = request.GET.get("cursor") or None
    now = clock.now()
    page = trades_of(account, now=now, cursor=cursor, limit=25)
    unread = chat.unread_counts(account, [view.code for view in page.items])
    found: dict[str, list[TradeView]] = {key: [] for key in GROUPS}
    for view in page.items:
        found[group_of(view)].append(view)
    groups = [
        Group(key, *TITLES[key], [room_of(view, now=now, unread=unread.get(view.code, 0)) for view in found[key]])
        for key in GROUPS
        if key == "done" or cursor is None
    ]
    return render(
        request,
        "trades/list.html",
        {"groups": groups, "next": page.next, "first": cursor is not None, "is_empty": not page.items},
    )
