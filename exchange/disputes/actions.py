"""All writes to disputes, by name; here: opening a case, statements, its end. The others live beside this file."""

from datetime import datetime

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core import clock, money
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.core.outbox import emit
from exchange.disputes.assigning import assign, claim, not_now, recuse
from exchange.disputes.disclosures import disclose, publish_case_key
from exchange.disputes.models import Dispute, Reason, Statement
from exchange.disputes.rulings import co_sign, rule
from exchange.disputes.telling import tell
from exchange.trades import queries as trades
from exchange.trades.states import FINISHED, State

__all__ = [
    "add_statement",
    "assign",
    "claim",
    "close_case",
    "co_sign",
    "disclose",
    "follow_dispute",
    "open_case",
    "publish_case_key",
    "recuse",
    "rule",
]

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
        raise not_now(trade)
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
        tell(trade)
    return case


def add_statement(code: str, *, by: Account, reason: str, wish_bps: int, statement: str, now: datetime) -> Dispute:
    """Add to an open case. Raises `NotFound` if there is none, else as `open_case`."""
    trade = trades.trade_for(code, account=by)
    if not Dispute.objects.filter(trade=trade).exists():
        raise NotFound("There is no case for this trade yet.")
    return open_case(code, by=by, reason=reason, wish_bps=wish_bps, statement=statement, now=now)


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
        tell(trade)
    return case


def close_case(code: str) -> None:
    """Close the case of a trade that has ended, however it ended; may be repeated."""
    trade = trades.trade_by_code(code)
    if trade.state not in FINISHED:
        return
    if Dispute.objects.filter(trade=trade, closed_at__isnull=True).update(closed_at=trade.finished_at):
        tell(trade)


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
