"""The trade room, its live fragments, and the ways out before anything is locked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts import regards
from exchange.accounts.models import Account
from exchange.catalog.fields import ordered_fields
from exchange.chat import calls
from exchange.chat import queries as chat
from exchange.core import clock
from exchange.core.errors import Conflict
from exchange.disputes import queries as disputes
from exchange.notifications.actions import mark_read
from exchange.reputation import feedback
from exchange.trades import actions, queries
from exchange.trades.models import Trade
from exchange.trades.reading import open_trade
from exchange.trades.states import State
from exchange.trades.view import trade_view
from exchange.web.context import stand_at
from exchange.web.feedback_form import FeedbackForm
from exchange.web.receipt_facts import has_receipt
from exchange.web.room import Room, room_of
from exchange.web.visitors import signed_in

FRAGMENTS = {
    "head": "trades/head.html",
    "card": "trades/card.html",
    "proof": "components/proof_card.html",
    "details": "trades/details.html",
    "doors": "trades/doors.html",
    "after": "trades/after.html",
}


def enter(code: str, *, account: Account) -> tuple[Trade, Room]:
    """Return a trade and its room as `account` sees it. Raises `NotFound` for strangers."""
    now = clock.now()
    trade = open_trade(code, account=account, act="trade.read")
    view = trade_view(trade, account, now)
    is_disputed = view.state == State.DISPUTED and view.role in {"buyer", "seller"}
    case = disputes.case_of_trade(code, account=account, now=now) if is_disputed else None
    unread = chat.unread_counts(account, [trade.code]).get(trade.code, 0)
    has_stated = case is not None and case.has_stated
    return trade, room_of(
        view, contract=trade.contract, now=now, has_stated=has_stated, unread=unread, has_calls=calls.are_on()
    )


def has_handed_over(trade: Trade, *, account: Account) -> bool:
    """Return whether the seller, who asks, has sealed the account details for this trade already."""
    if account.pk != trade.seller_id:
        return False
    try:
        return bool(chat.payment_details(trade.code, account=account))
    except Conflict:
        return False


@require_safe
@signed_in
def room(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show the trade."""
    trade, entered = enter(code, account=account)
    stand_at(request, queries.domain_of(trade))
    mark_read(account, now=clock.now(), trade_code=trade.code)
    context = {
        "room": entered,
        "account_fields": ordered_fields(trade.method),
        "schema": trade.method.account_fields,
        "handed_over": has_handed_over(trade, account=account),
        **_after(trade, entered, account=account),
    }
    return render(request, "trades/room.html", context)


@require_safe
@signed_in
def fragment(request: HttpRequest, account: Account, code: str, part: str) -> HttpResponse:
    """Show one live part of the trade again."""
    trade, entered = enter(code, account=account)
    after = _after(trade, entered, account=account) if part == "after" else {}
    return render(request, FRAGMENTS[part], {"room": entered, **after})


@require_POST
@signed_in
def decline(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Turn down a take of one's own offer."""
    actions.decline(code, by=account, now=clock.now())
    return redirect("trade", code)


@require_POST
@signed_in
def cancel(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Leave a trade before anything is locked."""
    actions.cancel(code, by=account, now=clock.now())
    return redirect("trade", code)


def _after(trade: Trade, entered: Room, *, account: Account) -> dict[str, Any]:
    """Return what the page offers once the trade has ended."""
    if entered.is_open or not entered.is_party:
        return {}
    peer = trade.buyer if account.pk == trade.seller_id else trade.seller
    said = feedback.of_trade(trade.code, account=account)
    return {
        "has_ended": True,
        "said": said,
        "feedback_form": FeedbackForm() if said is None and feedback.is_open(trade, now=clock.now()) else None,
        "has_receipt": has_receipt(entered.view),
        "regard": regards.regard_of(peer, by=account),
    }
