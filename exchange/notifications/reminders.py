"""Reminders before deadlines: each of the people a trade waits for, when a quarter and when a tenth is left.

The sweep runs every few seconds and may run twice; a reminder's key holds deadline and mark, so that it is said once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.disputes import panels
from exchange.disputes.models import LACKS_SIGNATURES, Dispute, EvidenceRequest, Statement
from exchange.disputes.queries import ruling_of
from exchange.notifications import actions
from exchange.notifications.models import Kind
from exchange.notifications.render import REMINDERS, Line
from exchange.trades.models import Trade
from exchange.trades.states import State

# Parts of the whole time that are left when a reminder is due.
MARKS = ((10, "last"), (4, "soon"))
# Nobody is reminded of something that began a moment ago.
LEAST_WINDOW = timedelta(minutes=4)
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody is waited for: since when, until when, for what."""

    trade: Trade
    account: Account
    what: str
    since: datetime
    until: datetime
    path: str


def remind(now: datetime) -> int:
    """Write the reminders that are due and return how many were new."""
    return sum(_remind(waiting, now=now) for waiting in _all_waiting(now))


def mark_of(*, since: datetime, until: datetime, now: datetime) -> str:
    """Return `soon`, `last`, or nothing while there is time enough or none at all."""
    left, whole = until - now, until - since
    if left <= timedelta(0) or whole < LEAST_WINDOW:
        return ""
    return next((mark for part, mark in MARKS if left * part <= whole), "")


def _remind(waiting: Waiting, *, now: datetime) -> bool:
    mark = mark_of(since=waiting.since, until=waiting.until, now=now)
    if not mark:
        return False
    code = waiting.trade.code
    line = Line(kind=str(Kind.REMINDER), text=REMINDERS[waiting.what].format(code=code), path=waiting.path)
    key = f"remind:{waiting.what}:{code}:{clock.to_unix(waiting.until)}:{mark}"
    return actions.write(waiting.account, line, key=key, trade_code=code)


def _all_waiting(now: datetime) -> Iterator[Waiting]:
    open_ = Trade.objects.filter(state__in=[State.REQUESTED, State.AGREED, State.FUNDED, State.PAID])
    for trade in open_.select_related("seller", "buyer", "maker").filter(is_frozen=False).order_by("id")[:BATCH]:
        yield from _in_trade(trade)
    cases = Dispute.objects.filter(Q(ruling__isnull=True) | LACKS_SIGNATURES, closed_at__isnull=True, rule_by__gt=now)
    for case in cases.select_related("trade__seller", "trade__buyer", "arbiter", "ruling").order_by("rule_by")[:BATCH]:
        yield from _in_case(case, now)


def _in_trade(trade: Trade) -> Iterator[Waiting]:
    page = f"/trades/{trade.code}"
    state, deadline = State(trade.state), trade.deadline
    if state is State.REQUESTED and trade.taker_signature and deadline:
        yield Waiting(
            trade=trade, account=trade.maker, what="accept", since=trade.created_at, until=deadline, path=page
        )
    elif state is State.AGREED and trade.agreed_at:
        yield Waiting(
            trade=trade, account=trade.seller, what="lock", since=trade.agreed_at, until=trade.lock_by, path=page
        )
    elif state is State.FUNDED and trade.funded_at and not trade.is_late_lock:
        yield Waiting(
            trade=trade, account=trade.buyer, what="pay", since=trade.funded_at, until=trade.pay_by, path=page
        )
    elif state is State.PAID and trade.paid_at and deadline:
        yield Waiting(trade=trade, account=trade.seller, what="check", since=trade.paid_at, until=deadline, path=page)


def _in_case(case: Dispute, now: datetime) -> Iterator[Waiting]:
    trade, until = case.trade, case.rule_by
    if until is None:
        return
    page = f"/trades/{trade.code}/dispute"
    desk = f"/arbiter/cases/{trade.code}"
    if (ruling := ruling_of(case)) is not None:
        for member in panels.waited_for(trade, ruling):
            yield Waiting(trade=trade, account=member, what="cosign", since=ruling.at, until=until, path=desk)
    if case.arbiter is not None:
        yield Waiting(trade=trade, account=case.arbiter, what="rule", since=case.opened_at, until=until, path=desk)
    stated = set(Statement.objects.filter(dispute=case).values_list("account_id", flat=True))
    sides = {"seller": trade.seller, "buyer": trade.buyer}
    for account in sides.values():
        if account.pk not in stated:
            yield Waiting(trade=trade, account=account, what="state", since=case.opened_at, until=until, path=page)
    for asked in EvidenceRequest.objects.filter(dispute=case, due_at__gt=now):
        for side, account in sides.items():
            if asked.side in {side, "both"}:
                yield Waiting(
                    trade=trade, account=account, what="answer", since=asked.at, until=asked.due_at, path=page
                )
