"""The arbiter's console: the queue, claiming and giving back, the case file, requests for evidence."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.core.money import BPS
from exchange.disputes import actions, evidence, pace, queries
from exchange.disputes import queue as cases
from exchange.disputes.models import Reason, RulingReason
from exchange.disputes.panels import panel_address
from exchange.disputes.queries import CaseView
from exchange.disputes.queue import QueueRow
from exchange.reputation import queries as reputation
from exchange.reputation.queries import StandingView
from exchange.trades.queries import domain_of, trade_by_code
from exchange.web.arbiter_forms import AskForm, RecuseForm
from exchange.web.case_timeline import merged
from exchange.web.context import stand_at
from exchange.web.findings import TEMPLATES, standards_of
from exchange.web.form_errors import take_over
from exchange.web.numbers import plain_percent
from exchange.web.outcomes import outcome_of, sides_of
from exchange.web.room import room_of
from exchange.web.units import Coin, Money
from exchange.web.visitors import signed_in

STATES = (
    ("", "Not closed"),
    ("open", "Open"),
    ("claimed", "Claimed"),
    ("proposed", "Proposed"),
    ("ruled", "Ruled"),
    ("closed", "Closed"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the queue with the units its amounts are in."""

    case: QueueRow
    coin: Coin
    money: Money


@require_safe
@signed_in
def queue(request: HttpRequest, account: Account) -> HttpResponse:
    """List the cases this arbiter can take or has taken."""
    wanted = {key: request.GET.get(key, "") for key in ("state", "method", "reason")}
    state = wanted["state"] if wanted["state"] in cases.STATES else ""
    found = cases.overview(
        account,
        state=state or None,
        method=wanted["method"],
        reason=wanted["reason"],
        is_mine=request.GET.get("mine") == "1",
    )
    context = {
        "rows": [Row(case, Coin(case.asset, case.decimals), Money(case.currency)) for case in found.rows],
        "states": [(key, words, _count(found.counts, key)) for key, words in STATES],
        "methods": found.methods,
        "reasons": Reason.choices,
        "wanted": {**wanted, "state": state, "mine": request.GET.get("mine") == "1"},
        "pace": pace.pace(now=clock.now()),
    }
    return render(request, "arbiter/queue.html", context)


@require_POST
@signed_in
def claim(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Take a case on."""
    case = actions.claim(code, by=account, now=clock.now())
    return redirect("arbiter-case", case.trade.code)


@require_safe
@signed_in
def case_file(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show the case file to the arbiter who claimed it; the reading is put on record."""
    return _show(request, account, code)


@require_safe
@signed_in
def material(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show again what was said and shown, for an open case file; this reading too is put on record."""
    case = queries.case_for(code, arbiter=account, now=clock.now())
    context = {"case": case, "sides": sides_of(case.trade)}
    return render(request, "arbiter/material.html", context)


@require_POST
@signed_in
def ask(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Ask a side for evidence."""
    form, now = AskForm(request.POST), clock.now()
    case, trade = queries.claimed_case(code, arbiter=account)
    if form.is_valid():
        due_at = form.due_at(now=now, latest=case.rule_by)
        data = form.cleaned_data
        try:
            evidence.ask(trade.code, by=account, side=data["side"], text=data["text"], due_at=due_at, now=now)
        except Invalid as error:
            take_over(form, error)
        else:
            messages.success(request, "Asked. They are told at once.")
            return redirect("arbiter-case", trade.code)
    return _show(request, account, code, ask_form=form)


@require_POST
@signed_in
def recuse(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Give a case back."""
    form = RecuseForm(request.POST)
    if form.is_valid():
        try:
            actions.recuse(code, by=account, reason=form.cleaned_data["reason"], now=clock.now())
        except Invalid as error:
            take_over(form, error)
        else:
            messages.success(request, "You gave the case back. Both sides were told.")
            return redirect("arbiter")
    return _show(request, account, code, recuse_form=form)


def _show(
    request: HttpRequest,
    account: Account,
    code: str,
    *,
    ask_form: AskForm | None = None,
    recuse_form: RecuseForm | None = None,
) -> HttpResponse:
    now = clock.now()
    case = queries.case_for(code, arbiter=account, now=now)
    room = room_of(case.trade, now=now)
    trade = trade_by_code(case.code)
    stand_at(request, domain_of(trade))
    buyer_bps = case.ruling.buyer_bps if case.ruling else BPS // 2
    last, following = cases.neighbours(cases.queue(account), case.code)
    ask_, recuse_ = ask_form or AskForm(), recuse_form or RecuseForm()
    context: dict[str, Any] = {
        "case": case,
        "room": room,
        "events": merged(case, room),
        "reasons": RulingReason.choices,
        "findings_templates": TEMPLATES,
        "standards": standards_of(case.trade.method_rail),
        "sides": sides_of(case.trade),
        "records": _records(case),
        "outcome": outcome_of(case.trade, buyer_bps=buyer_bps),
        "is_colleague": case.arbiter != account.address,
        "panel": panel_address(trade, by=account),
        "can_rule": "rule" in case.trade.actions,
        "ruling_percent": plain_percent(buyer_bps),
        "ruling_rest": plain_percent(BPS - buyer_bps),
        "last_case": last,
        "next_case": following,
        "ask_form": ask_,
        "recuse_form": recuse_,
        # The error summary stands for whichever form came back.
        "form": ask_ if ask_.errors else recuse_,
    }
    return render(request, "arbiter/case.html", context, status=422 if ask_.errors or recuse_.errors else 200)


def _count(counts: dict[str, int], key: str) -> int:
    return counts.get(key, 0) if key else sum(count for state, count in counts.items() if state != "closed")


def _records(case: CaseView) -> list[tuple[str, str]]:
    people = (("Seller's record", case.trade.seller.id), ("Buyer's record", case.trade.buyer.id))
    standings = reputation.standings([account_id for _, account_id in people])
    return [(name, _record_words(standings[account_id])) for name, account_id in people]


def _record_words(standing: StandingView) -> str:
    disputes = f"{standing.disputes} disputes before, {standing.disputes_lost} ruled against"
    return f"{standing.finished} finished trades, {disputes}"
