"""The arbiter's console: the queue, claiming, and the case file with its ruling form."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.money import BPS
from exchange.disputes import actions, queries
from exchange.disputes.models import RulingReason
from exchange.disputes.queries import QueueRow
from exchange.trades.queries import domain_of, trade_for
from exchange.web.context import stand_at
from exchange.web.room import room_of
from exchange.web.units import Coin, Money
from exchange.web.visitors import signed_in

STATES = (("", "Open and claimed"), ("open", "Open"), ("claimed", "Claimed"), ("ruled", "Ruled"), ("closed", "Closed"))


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
    state = request.GET.get("state", "")
    wanted = state if state in queries.QUEUE_STATES else None
    rows = [
        Row(case, Coin(case.asset, case.decimals), Money(case.currency))
        for case in queries.queue(account, state=wanted)
    ]
    return render(request, "arbiter/queue.html", {"rows": rows, "states": STATES, "state": wanted or ""})


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
    now = clock.now()
    case = queries.case_for(code, arbiter=account, now=now)
    stand_at(request, domain_of(trade_for(code, account=account, include_arbiter=True)))
    buyer_bps = case.ruling.buyer_bps if case.ruling else BPS // 2
    context = {
        "case": case,
        "room": room_of(case.trade, now=now),
        "reasons": RulingReason.choices,
        "can_rule": "rule" in case.trade.actions,
        "ruling_percent": f"{(Decimal(buyer_bps) / 100).normalize():f}",
        "ruling_rest": f"{(Decimal(BPS - buyer_bps) / 100).normalize():f}",
    }
    return render(request, "arbiter/case.html", context)
