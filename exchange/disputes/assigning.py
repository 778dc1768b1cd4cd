"""Who judges a case: claimed by an arbiter, given by operators, given back with a reason."""

from datetime import datetime

from django.db import transaction

from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core import audit
from exchange.core.cas import update_expecting_one
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.core.ids import read_code
from exchange.core.outbox import emit
from exchange.disputes.interest import refuse_interest
from exchange.disputes.models import Dispute, Recusal, Ruling
from exchange.disputes.queries import claimed_case
from exchange.disputes.telling import tell
from exchange.trades import actions as trade_actions
from exchange.trades.models import Trade
from exchange.trades.states import FINISHED, State


def claim(case_code: str, *, by: Account, now: datetime) -> Dispute:
    """Take a case on as its arbiter, exactly one of however many ask; claiming one's own case again changes nothing.

    Raises `Forbidden` (no arbiter, conflict of interest), `NotFound`, or `Conflict` with code `claimed` or `too_early`.
    """
    return _give(case_code, to=by, by=by.address, act="case.claimed", now=now)


def assign(case_code: str, *, to: Account, by: str, now: datetime) -> Dispute:
    """Give an open case to an arbiter, as operators do; `by` is who does it. Raises as `claim`."""
    return _give(case_code, to=to, by=by, act="case.assigned", now=now)


def recuse(code: str, *, by: Account, reason: str, now: datetime) -> Dispute:
    """Give a claimed case back, with the reason both sides read; the same arbiter cannot have it again.

    A panel's ruling that still lacks signatures is withdrawn with it. Raises `NotFound`, `Forbidden`, `Invalid`, or
    `Conflict` once a ruling is signed.
    """
    case, trade = claimed_case(code, arbiter=by)
    words = " ".join(reason.split())
    if not 10 <= len(words) <= 500 or "\x00" in words:
        raise Invalid(fields={"/reason": f"Give the reason in 10 to 500 characters; these are {len(words)}."})
    with transaction.atomic():
        # The same lock as a signature takes that would complete the ruling.
        Trade.objects.select_for_update().get(pk=trade.pk)
        ruling = Ruling.objects.filter(dispute=case).first()
        if (ruling is not None and not ruling.is_proposed) or case.closed_at is not None:
            raise Conflict("You have ruled on this case; it cannot be given back.", code="ruled")
        if ruling is not None:
            ruling.signatures.all().delete()
            ruling.delete()
        update_expecting_one(
            Dispute.objects.filter(pk=case.pk, arbiter=by, closed_at__isnull=True), arbiter=None, claimed_at=None
        )
        Recusal.objects.create(dispute=case, arbiter=by, reason=words, at=now)
        trade = trade_actions.dismiss_arbiter(trade, arbiter=by, now=now)
        audit.record("case.recused", by=by.address, subject=trade.code, data={"reason": words})
        emit("dispute.recused", {"trade": trade.code, "by": by.address, "version": trade.version})
        tell(trade)
    case.refresh_from_db()
    return case


def not_now(trade: Trade) -> Conflict:
    """Return why a trade in this state has no dispute to take on."""
    if trade.state in FINISHED:
        return Conflict("This trade is over.", code="closed", extra={"state": trade.state})
    return Conflict(
        "A dispute can be opened once the buyer has marked the trade paid.",
        code="too_early",
        extra={"state": trade.state},
    )


def _give(case_code: str, *, to: Account, by: str, act: str, now: datetime) -> Dispute:
    policy.require_arbiter(to)
    case = Dispute.objects.select_related("trade").filter(trade__code=read_code(case_code)).first()
    if case is None:
        raise NotFound("There is no such case.")
    refuse_interest(case.trade, to, case=case)
    if case.arbiter_id == to.pk:
        return case
    with transaction.atomic():
        trade = Trade.objects.select_for_update().get(pk=case.trade_id)
        if trade.state != State.DISPUTED:
            raise not_now(trade)
        try:
            update_expecting_one(
                Dispute.objects.filter(pk=case.pk, arbiter__isnull=True, closed_at__isnull=True),
                arbiter=to,
                claimed_at=now,
            )
        except Conflict as error:
            raise Conflict("Another arbiter has claimed this case.", code="claimed") from error
        trade_actions.admit_arbiter(trade, arbiter=to, now=now)
        audit.record(act, by=by, subject=trade.code, data={"arbiter": to.address})
        emit("dispute.claimed", {"trade": trade.code, "by": to.address, "version": trade.version})
        tell(trade)
    case.refresh_from_db()
    return case
