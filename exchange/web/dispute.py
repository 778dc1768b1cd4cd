"""A trader's side of a dispute: saying what happened, following the case, settling without a ruling."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.disputes import actions, queries
from exchange.trades.queries import domain_of
from exchange.web.context import stand_at
from exchange.web.dispute_form import StatementForm
from exchange.web.form_errors import take_over
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
    case = queries.case_of_trade(trade.code, account=account, now=clock.now())
    can_state = room.view.state in STATEABLE and (case is None or case.closed_at is None)
    context = {"room": room, "case": case, "form": form, "can_state": can_state}
    return render(request, "disputes/dispute.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def case_fragment(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show the live part of the case again."""
    _, room = enter(code, account=account)
    case = queries.case_of_trade(code, account=account, now=clock.now())
    return render(request, "disputes/case.html", {"room": room, "case": case})
