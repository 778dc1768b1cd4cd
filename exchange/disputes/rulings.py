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
from exchange.disputes import panels
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
    """A ruling, and how it reaches the chain: relayed, or by the arbiter's own transaction of `call`.

    A panel's ruling has neither before enough of its members have signed.
    """

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

    One ruling a case. The same one may be sent again, for a new signature or after a failed transaction. Where the
    Terms name a panel the signature is the first of several, and until they are complete the ruling can be changed.
    Raises `NotFound`, `Forbidden`, `Invalid` or `Conflict` (`ruled`, `too_late`, `relay_refused`, `panel_unknown`).
    """
    case, trade = claimed_case(code, arbiter=by)
    refuse_interest(trade, by)
    text = _check_ruling(buyer_bps=buyer_bps, reason_code=reason_code, findings=findings)
    panel = panels.panel_of(trade, by=by)
    if panel is not None and (signature is None or valid_until is None):
        words = "A panel rules by signatures: sign the typed data that GET on this address gives."
        raise Invalid(fields={"/signature": words})
    if signature is not None:
        _check_signed(
            trade, by=by, buyer_bps=buyer_bps, reason_code=reason_code, until=valid_until, signature=signature, now=now
        )
    with transaction.atomic():
        Trade.objects.select_for_update().get(pk=trade.pk)
        trade = trade_to_rule(code, by=by, now=now)
        said = {"findings": text, "private_note": private_note.strip()[:MOST_NOTE]}
        ruling, created = _store(
            case, by=by, buyer_bps=buyer_bps, reason_code=reason_code, said=said, now=now, is_panel=panel is not None
        )
        if panel is not None and signature is not None and valid_until is not None:
            panels.propose(trade, ruling, panel, by=by, signature=signature, until=valid_until)
            return Decision(ruling=ruling, intent=_complete(trade, ruling, by=by, now=now), call=None)
        if created:
            _put_on_record(trade, ruling, by=by, now=now)
        if signature is None or valid_until is None:
            call = call_of(trade, buyer_bps=buyer_bps, reason_code=reason_code)
            return Decision(ruling=ruling, intent=None, call=call)
        Ruling.objects.filter(pk=ruling.pk).update(signature=signature, valid_until=clock.from_unix(valid_until))
        ruling.refresh_from_db()
        intent = _relay(trade, ruling, by=by, signature=signature, valid_until=valid_until, now=now)
    return Decision(ruling=ruling, intent=intent, call=None)


def co_sign(code: str, *, by: Account, signature: str, now: datetime) -> Decision:
    """Add one member's signature to a panel's ruling; the one that completes it sends it to the chain.

    Signing again changes nothing. Raises as `panels.proposal_to_sign`, `Conflict` (`relay_refused`, `panel_unknown`),
    `Forbidden` (`not_owner`) or `Invalid`.
    """
    trade, ruling = panels.proposal_to_sign(code, by=by, now=now)
    panels.panel_of(trade, by=by)
    panels.check_member(panels.to_sign(trade, ruled_data(trade, ruling), by=by), signature=signature, by=by)
    with transaction.atomic():
        ruling = panels.lock_proposal(ruling, trade)
        panels.add_signature(ruling, by=by, signature=signature, now=now)
        audit.record("case.cosigned", by=by.address, subject=trade.code, data={"buyer_bps": ruling.buyer_bps})
        intent = _complete(trades.trade_by_code(trade.code), ruling, by=by, now=now)
        tell(trade)
    return Decision(ruling=ruling, intent=intent, call=None)


def ruled_data(trade: Trade, ruling: Ruling) -> TypedData:
    """Return the typed data of a proposed ruling, as its first signer signed it."""
    return typed_data_of(
        trade,
        buyer_bps=ruling.buyer_bps,
        reason_code=ruling.reason_code,
        valid_until=clock.to_unix(ruling.valid_until) if ruling.valid_until else 0,
    )


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


def _complete(trade: Trade, ruling: Ruling, *, by: Account, now: datetime) -> IntentView | None:
    """Send a panel's ruling to the chain once enough have signed it; None before."""
    whole = panels.joined(ruling)
    if not whole or ruling.valid_until is None:
        return None
    ruling.signature, ruling.at = whole, now
    ruling.save(update_fields=["signature", "at"])
    _put_on_record(trade, ruling, by=by, now=now)
    until = clock.to_unix(ruling.valid_until)
    return _relay(trade, ruling, by=by, signature=whole, valid_until=until, now=now)


def _put_on_record(trade: Trade, ruling: Ruling, *, by: Account, now: datetime) -> None:
    facts = {"buyer_bps": ruling.buyer_bps, "reason_code": ruling.reason_code}
    trade = trade_actions.note(trade, kind="ruled", by=by.address, facts=facts, now=now)
    audit.record("case.ruled", by=by.address, subject=trade.code, data=facts)
    emit("dispute.ruled", {"trade": trade.code, "by": by.address, "version": trade.version})
    tell(trade)


def _store(
    case: Dispute,
    *,
    by: Account,
    buyer_bps: int,
    reason_code: int,
    said: Mapping[str, str],
    now: datetime,
    is_panel: bool,
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
    if is_panel and ruling.is_proposed:
        _replace(ruling, buyer_bps=buyer_bps, reason_code=reason_code, said=said, now=now)
    elif (ruling.buyer_bps, ruling.reason_code) != (buyer_bps, reason_code):
        raise Conflict("You have ruled on this case already; a ruling cannot be changed.", code="ruled")
    return ruling, created


def _replace(ruling: Ruling, *, buyer_bps: int, reason_code: int, said: Mapping[str, str], now: datetime) -> None:
    """Let a proposal say something else; who signed the old words has signed nothing of the new ones."""
    old = (ruling.buyer_bps, ruling.reason_code, ruling.findings)
    if old != (buyer_bps, reason_code, said["findings"]):
        ruling.signatures.all().delete()
    ruling.buyer_bps, ruling.reason_code, ruling.at = buyer_bps, reason_code, now
    ruling.findings, ruling.private_note = said["findings"], said["private_note"]
    ruling.save()


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
    if panels.panel_address(trade, by=by):
        panels.check_member(panels.to_sign(trade, typed_data, by=by), signature=signature, by=by)
    else:
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
