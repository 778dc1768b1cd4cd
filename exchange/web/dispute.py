"""A trader's side of a dispute: saying what happened, following the case, settling without a ruling."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.disputes import actions, pace, queries
from exchange.trades.queries import domain_of
from exchange.web.context import stand_at
from exchange.web.dispute_form import StatementForm
from exchange.web.findings import standards_of
from exchange.web.form_errors import take_over
from exchange.web.outcomes import outcome_of, sides_of
from exchange.web.room import Room
from exchange.web.trade_room import enter
from exchange.web.visitors import signed_in

STATEABLE = frozenset({"paid", "disputed"})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def dispute(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show the case of a trade, and take a statement."""
    trade, room = enter(code, account=account)
    stand_at(request, domain_of(trade))
    form = StatementForm(request.POST or None, side=room.view.role)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_case(trade.code, by=account, now=clock.now(), **form.said())
        except Invalid as error:
            take_over(form, error)
        else:
            return redirect("dispute", trade.code)
    return render(
        request,
        "disputes/dispute.html",
        {**_case_context(room, account=account), "form": form, "standards": standards_of(room.view.method_rail)},
        status=422 if form.errors else 200,
    )


@require_safe
@signed_in
def case_fragment(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show the live part of the case again."""
    _, room = enter(code, account=account)
    return render(request, "disputes/case.html", _case_context(room, account=account))


def _case_context(room: Room, *, account: Account) -> dict[str, Any]:
    now = clock.now()
    case = queries.case_of_trade(room.view.code, account=account, now=now)
    return {
        "room": room,
        "case": case,
        "can_state": room.view.state in STATEABLE and (case is None or case.closed_at is None),
        "sides": sides_of(room.view),
        "outcome": outcome_of(room.view, buyer_bps=case.ruling.buyer_bps) if case and case.ruling else None,
        "pace": pace.pace(now=now),
    }
