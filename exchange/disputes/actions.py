"""All writes to disputes: opening a case, statements, and an arbiter's claim. Rulings are in `rulings.py`."""

from datetime import datetime

from django.db import transaction

from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core import audit, clock, money
from exchange.core.cas import update_expecting_one
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.core.hints import hint
from exchange.core.ids import read_code
from exchange.core.outbox import emit
from exchange.disputes.interest import refuse_interest
from exchange.disputes.models import Dispute, Reason, Statement
from exchange.disputes.rulings import rule
from exchange.trades import actions as trade_actions
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from exchange.trades.states import FINISHED, State

__all__ = ["add_statement", "claim", "close_case", "follow_dispute", "open_case", "rule"]

LEAST_WORDS, MOST_WORDS = 100, 5000
MOST_STATEMENTS = 10


def open_case(code: str, *, by: Account, reason: str, wish_bps: int, statement: str, now: datetime) -> Dispute:
    """Say what happened and what is wanted; opens the case if there is none yet, else adds to it.

    Possible once the trade is marked paid. Coins are not touched: the dispute itself is the party's act on chain.
    Raises `NotFound`, `Conflict` (code `too_early` or `closed`) or `Invalid`.
    """
    trade = trades.trade_for(code, account=by)
    text = _check_statement(reason=reason, wish_bps=wish_bps, statement=statement)
    if trade.state not in {State.PAID, State.DISPUTED}:
        raise _not_now(trade)
    with transaction.atomic():
        case, created = Dispute.objects.get_or_create(
            trade=trade, defaults={"opened_by": by, "reason": reason, "opened_at": now}
        )
        case = Dispute.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if case.closed_at is not None:
            raise Conflict("This case is closed.", code="closed")
        if Statement.objects.filter(dispute=case, account=by).count() >= MOST_STATEMENTS:
            raise Conflict(f"You have made {MOST_STATEMENTS} statements; that is the limit.", code="enough_said")
        if not case.reason:
            case.reason, case.opened_by = reason, by
            case.save(update_fields=["reason", "opened_by"])
        Statement.objects.create(dispute=case, account=by, reason=reason, wish_bps=wish_bps, text=text, at=now)
        if created:
            emit("dispute.opened", {"trade": trade.code, "by": by.address, "version": trade.version})
        _tell(trade)
    return case


def add_statement(code: str, *, by: Account, reason: str, wish_bps: int, statement: str, now: datetime) -> Dispute:
    """Add to an open case. Raises `NotFound` if there is none, else as `open_case`."""
    trade = trades.trade_for(code, account=by)
    if not Dispute.objects.filter(trade=trade).exists():
        raise NotFound("There is no case for this trade yet.")
    return open_case(code, by=by, reason=reason, wish_bps=wish_bps, statement=statement, now=now)


def claim(case_code: str, *, by: Account, now: datetime) -> Dispute:
    """Take a case on as its arbiter, exactly one of however many ask; claiming one's own case again changes nothing.

    Raises `Forbidden` (no arbiter, conflict of interest), `NotFound`, or `Conflict` with code `claimed` or `too_early`.
    """
    policy.require_arbiter(by)
    case = Dispute.objects.select_related("trade").filter(trade__code=read_code(case_code)).first()
    if case is None:
        raise NotFound("There is no such case.")
    refuse_interest(case.trade, by)
    if case.arbiter_id == by.pk:
        return case
    with transaction.atomic():
        trade = Trade.objects.select_for_update().get(pk=case.trade_id)
        if trade.state != State.DISPUTED:
            raise _not_now(trade)
        try:
            update_expecting_one(
                Dispute.objects.filter(pk=case.pk, arbiter__isnull=True, closed_at__isnull=True),
                arbiter=by,
                claimed_at=now,
            )
        except Conflict as error:
            raise Conflict("Another arbiter has claimed this case.", code="claimed") from error
        trade_actions.admit_arbiter(trade, arbiter=by, now=now)
        audit.record("case.claimed", by=by.address, subject=trade.code)
        emit("dispute.claimed", {"trade": trade.code, "by": by.address, "version": trade.version})
        _tell(trade)
    case.refresh_from_db()
    return case


def follow_dispute(code: str) -> Dispute:
    """Make sure that a trade disputed on chain has a case with the chain's deadline; may be repeated."""
    trade = trades.trade_by_code(code)
    opened_at = trade.disputed_at or clock.now()
    with transaction.atomic():
        case, created = Dispute.objects.get_or_create(trade=trade, defaults={"opened_at": opened_at})
        if trade.state == State.DISPUTED:
            Dispute.objects.filter(pk=case.pk).update(rule_by=trade.deadline)
        if created:
            emit("dispute.opened", {"trade": trade.code, "by": "chain", "version": trade.version})
        _tell(trade)
    return case


def close_case(code: str) -> None:
    """Close the case of a trade that has ended, however it ended; may be repeated."""
    trade = trades.trade_by_code(code)
    if trade.state not in FINISHED:
        return
    if Dispute.objects.filter(trade=trade, closed_at__isnull=True).update(closed_at=trade.finished_at):
        _tell(trade)


def _check_statement(*, reason: str, wish_bps: int, statement: str) -> str:
    text = statement.replace("\r\n", "\n").strip()
    wrong: dict[str, str] = {}
    if reason not in Reason.values:
        wrong["/reason"] = f"Choose one of {', '.join(Reason.values)}."
    if not 0 <= wish_bps <= money.BPS:
        wrong["/wish_bps"] = "Give the buyer's share in basis points from 0 to 10000."
    if not LEAST_WORDS <= len(text) <= MOST_WORDS:
        wrong["/statement"] = f"Write {LEAST_WORDS} to {MOST_WORDS:,} characters; these are {len(text):,}."
    if "\x00" in text:
        wrong["/statement"] = "This text holds a character that cannot be stored."
    if wrong:
        raise Invalid(fields=wrong)
    return text


def _not_now(trade: Trade) -> Conflict:
    if trade.state in FINISHED:
        return Conflict("This trade is over.", code="closed", extra={"state": trade.state})
    return Conflict(
        "A dispute can be opened once the buyer has marked the trade paid.",
        code="too_early",
        extra={"state": trade.state},
    )


def _tell(trade: Trade) -> None:
    hint(f"trade:{trade.code}", {"t": "dispute", "id": trade.code, "v": trade.version})
    hint("queue", {"t": "queue", "id": trade.code})
