"""Rulings: the arbiter who claimed a case decides how its coins are split, by a signature or a transaction.

The wallet's signature is what the contract obeys; this package records who decided what and why. The arbiter can move
nothing but this trade's coins, and only to its two parties.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from escrow import calls, relay
from escrow.calls import Call
from escrow.relay import IntentView
from escrow.terms import TypedData, ruling_typed_data
from exchange.accounts.models import Account
from exchange.core import audit, clock, money
from exchange.core.errors import Conflict, Invalid
from exchange.core.outbox import emit
from exchange.disputes.interest import refuse_interest
from exchange.disputes.models import Dispute, Ruling, RulingReason
from exchange.disputes.queries import claimed_case
from exchange.disputes.telling import tell
from exchange.trades import actions as trade_actions
from exchange.trades import decide, relaying
from exchange.trades import queries as trades
from exchange.trades.consents import check_signature
from exchange.trades.models import Trade

LEAST_FINDINGS, MOST_FINDINGS, MOST_NOTE = 200, 5000, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A ruling, and how it reaches the chain: relayed, or by the arbiter's own transaction of `call`."""

    ruling: Ruling
    intent: IntentView | None
    call: Call | None


def rule(
    code: str,
    *,
    by: Account,
    buyer_bps: int,
    reason_code: int,
    findings: str,
    now: datetime,
    private_note: str = "",
    signature: str | None = None,
    valid_until: int | None = None,
) -> Decision:
    """Decide a claimed case: `buyer_bps` basis points to the buyer, with the reasons for both sides to read.

    One ruling a case. The same one may be sent again, for a new signature or after a failed transaction.
    Raises `NotFound`, `Forbidden`, `Conflict` (code `ruled`, `too_late`, `relay_refused`) or `Invalid`.
    """
    case, trade = claimed_case(code, arbiter=by)
    refuse_interest(trade, by)
    text = _check_ruling(buyer_bps=buyer_bps, reason_code=reason_code, findings=findings)
    if signature is not None:
        _check_signed(
            trade, by=by, buyer_bps=buyer_bps, reason_code=reason_code, until=valid_until, signature=signature, now=now
        )
    with transaction.atomic():
        Trade.objects.select_for_update().get(pk=trade.pk)
        trade = trade_to_rule(code, by=by, now=now)
        said = {"findings": text, "private_note": private_note.strip()[:MOST_NOTE]}
        ruling, created = _store(case, by=by, buyer_bps=buyer_bps, reason_code=reason_code, said=said, now=now)
        if created:
            facts = {"buyer_bps": buyer_bps, "reason_code": reason_code}
            trade_actions.note(trade, kind="ruled", by=by.address, facts=facts, now=now)
            audit.record("case.ruled", by=by.address, subject=trade.code, data=facts)
            emit("dispute.ruled", {"trade": trade.code, "by": by.address, "version": trade.version})
            tell(trade)
        if signature is None or valid_until is None:
            call = call_of(trade, buyer_bps=buyer_bps, reason_code=reason_code)
            return Decision(ruling=ruling, intent=None, call=call)
        Ruling.objects.filter(pk=ruling.pk).update(signature=signature, valid_until=clock.from_unix(valid_until))
        ruling.refresh_from_db()
        intent = _relay(trade, ruling, by=by, signature=signature, valid_until=valid_until, now=now)
    return Decision(ruling=ruling, intent=intent, call=None)


def trade_to_rule(code: str, *, by: Account, now: datetime) -> Trade:
    """Return the trade of a claimed case that can be ruled on now. Raises `NotFound`, `Forbidden` or `Conflict`."""
    case, trade = claimed_case(code, arbiter=by)
    snapshot, role = trades.snapshot_of(trade), trades.role_of(trade, account=by)
    if "rule" not in decide.available_actions(snapshot, role, now):
        raise decide.refusal(snapshot, role, "rule", now)
    if case.rule_by is not None and now > case.rule_by:
        raise Conflict("The time to rule is over; the coins are split as agreed at the start.", code="too_late")
    return trade


def typed_data_of(trade: Trade, *, buyer_bps: int, reason_code: int, valid_until: int) -> TypedData:
    """Return what the arbiter's wallet signs. Raises `Invalid` for a share or reason that does not exist."""
    _refuse(_wrong_share(buyer_bps) | _wrong_reason(reason_code))
    return ruling_typed_data(
        trade_id=trade.trade_id,
        buyer_bps=buyer_bps,
        reason_code=reason_code,
        valid_until=valid_until,
        domain=trades.domain_of(trade),
    )


def call_of(trade: Trade, *, buyer_bps: int, reason_code: int) -> Call:
    """Return the ruling as a transaction of the arbiter's own wallet. Raises `Invalid`."""
    _refuse(_wrong_share(buyer_bps) | _wrong_reason(reason_code))
    return calls.resolve(trades.terms_of(trade), trades.domain_of(trade), buyer_bps=buyer_bps, reason_code=reason_code)


def _store(
    case: Dispute, *, by: Account, buyer_bps: int, reason_code: int, said: Mapping[str, str], now: datetime
) -> tuple[Ruling, bool]:
    ruling, created = Ruling.objects.get_or_create(
        dispute=case,
        defaults={
            "arbiter": by,
            "buyer_bps": buyer_bps,
            "reason_code": reason_code,
            **said,
            "at": now,
        },
    )
    if (ruling.buyer_bps, ruling.reason_code) != (buyer_bps, reason_code):
        raise Conflict("You have ruled on this case already; a ruling cannot be changed.", code="ruled")
    return ruling, created


def _relay(trade: Trade, ruling: Ruling, *, by: Account, signature: str, valid_until: int, now: datetime) -> IntentView:
    call = calls.resolve_by_signature(
        trades.terms_of(trade),
        trades.domain_of(trade),
        buyer_bps=ruling.buyer_bps,
        reason_code=ruling.reason_code,
        valid_until=valid_until,
        signature=signature,
    )
    attempt = sum(1 for intent in relay.intents_of(trade.trade_id) if intent.purpose == "rule")
    return relaying.send(trade, call, action="rule", by=by, now=now, attempt=attempt)


def _check_signed(
    trade: Trade,
    *,
    by: Account,
    buyer_bps: int,
    reason_code: int,
    until: int | None,
    signature: str,
    now: datetime,
) -> None:
    if until is None:
        raise Invalid(fields={"/valid_until": "Say until when the signature is good, in Unix seconds."})
    relaying.check_time(until, now=now)
    typed_data = typed_data_of(trade, buyer_bps=buyer_bps, reason_code=reason_code, valid_until=until)
    check_signature(typed_data, signature=signature, by=by)


def _check_ruling(*, buyer_bps: int, reason_code: int, findings: str) -> str:
    text = findings.replace("\r\n", "\n").strip()
    wrong = _wrong_share(buyer_bps) | _wrong_reason(reason_code)
    if not LEAST_FINDINGS <= len(text) <= MOST_FINDINGS:
        wrong["/findings"] = f"Write {LEAST_FINDINGS} to {MOST_FINDINGS:,} characters; these are {len(text):,}."
    if "\x00" in text:
        wrong["/findings"] = "This text holds a character that cannot be stored."
    _refuse(wrong)
    return text


def _wrong_share(buyer_bps: int) -> dict[str, str]:
    return {} if 0 <= buyer_bps <= money.BPS else {"/buyer_bps": "Give whole basis points from 0 to 10000."}


def _wrong_reason(reason_code: int) -> dict[str, str]:
    if reason_code in RulingReason.values:
        return {}
    return {"/reason_code": f"Choose one of {', '.join(str(code) for code in RulingReason.values)}."}


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Invalid(fields=wrong)
