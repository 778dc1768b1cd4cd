"""Cases, statements and rulings as JSON."""

from datetime import datetime, timedelta
from typing import Any

from escrow.signatures import BadSignature, recover
from escrow.terms import digest, terms_typed_data
from exchange.accounts.models import Account
from exchange.api.answers import decimal_text, time_text, units_text
from exchange.api.render import trades as trade_render
from exchange.api.schemas.disputes import Rule
from exchange.core import clock, money
from exchange.disputes import panels, queries, rulings
from exchange.disputes.models import Ruling
from exchange.disputes.queries import CaseView, RulingView, StatementView
from exchange.disputes.queue import QueueRow
from exchange.trades import queries as trades
from exchange.trades.models import Trade

_DAY = 24 * 3600
# A ruling is good until the end of tomorrow; a panel's has to wait for its other members.
_DAYS, _DAYS_OF_A_PANEL = 2, 6


def dispute(case: CaseView) -> dict[str, Any]:
    """Return a case without its trade."""
    return {
        "id": case.code,
        "state": case.state,
        "reason": case.reason or None,
        "opened_at": time_text(case.opened_at),
        "opened_by": case.opened_by or None,
        "rule_by": time_text(case.rule_by),
        "arbiter": case.arbiter or None,
        "arbiter_name": case.arbiter_name or None,
        "claimed_at": time_text(case.claimed_at),
        "closed_at": time_text(case.closed_at),
        "statements": [_statement(one) for one in case.statements],
        "ruling": ruling(case.ruling) if case.ruling else None,
    }


def case_file(case: CaseView) -> dict[str, Any]:
    """Return a case with its trade."""
    return {**dispute(case), "trade": trade_render.trade_row(case.trade)}


def queue_row(row: QueueRow) -> dict[str, Any]:
    """Return a case as the queue shows it."""
    return {
        "id": row.code,
        "state": row.state,
        "rule_by": time_text(row.rule_by),
        "opened_at": time_text(row.opened_at),
        "reason": row.reason or None,
        "asset": row.asset,
        "amount": units_text(row.amount),
        "amount_asset": decimal_text(money.from_units(row.amount, decimals=row.decimals)),
        "amount_fiat": row.amount_fiat,
        "currency": row.currency,
        "method": row.method,
        "statements": row.statements,
        "arbiter": row.arbiter or None,
        "refusal": row.refusal or None,
        "can_sign": row.can_sign,
    }


def ruling(one: RulingView | Ruling) -> dict[str, Any]:
    """Return a ruling."""
    return {
        "buyer_bps": one.buyer_bps,
        "reason_code": one.reason_code,
        "findings": one.findings,
        **_signatures(one),
        "at": time_text(one.at),
    }


def _signatures(one: RulingView | Ruling) -> dict[str, Any]:
    if isinstance(one, RulingView):
        return {"signed": one.is_signed, "signers": list(one.signers), "signatures_needed": one.needed}
    signers = [each.signer.label for each in one.signatures.select_related("signer").order_by("id")]
    return {"signed": bool(one.signature), "signers": signers, "signatures_needed": one.signatures_needed}


def proposal(trade: Trade, made: Ruling, *, by: Account) -> dict[str, Any]:
    """Return a panel's ruling for a member who may sign it."""
    signed = rulings.ruled_data(trade, made)
    return {
        "ruling": ruling(made),
        "by": made.arbiter.address,
        "panel": panels.panel_address(trade, by=by),
        "terms": terms_typed_data(trades.terms_of(trade), trades.domain_of(trade)),
        "ruling_data": signed,
        "typed_data": panels.to_sign(trade, signed, by=by),
    }


def decision(made: rulings.Decision) -> dict[str, Any]:
    """Return a ruling and how it reaches the chain."""
    return {
        "ruling": ruling(made.ruling),
        "intent": trade_render.intent(made.intent),
        "call": trade_render.call(made.call),
    }


def ruling_form(trade: Trade, *, by: Account, buyer_bps: int, reason_code: int, now: datetime) -> dict[str, Any]:
    """Return what the arbiter's wallet signs or sends."""
    panel = panels.panel_address(trade, by=by)
    until = signature_end(now, days=_DAYS_OF_A_PANEL if panel else _DAYS)
    signed = rulings.typed_data_of(trade, buyer_bps=buyer_bps, reason_code=reason_code, valid_until=until)
    return {
        "call": trade_render.call(rulings.call_of(trade, buyer_bps=buyer_bps, reason_code=reason_code)),
        "typed_data": panels.to_sign(trade, signed, by=by),
        "ruling_data": signed,
        "panel": panel or None,
    }


def signature_end(now: datetime, *, days: int = _DAYS) -> int:
    """Return until when a ruling asked for now is good: the end of a day, so that a whole day gives one answer."""
    return (clock.to_unix(now) // _DAY + days) * _DAY


def end_meant(code: str, body: Rule, *, by: Account, now: datetime) -> int | None:
    """Return the `valid_until` that a signature sent without one was made over: today's, else yesterday's."""
    if body.signature is None:
        return None
    _, trade = queries.claimed_case(code, arbiter=by)
    days = _DAYS_OF_A_PANEL if panels.panel_address(trade, by=by) else _DAYS
    for moment in (now, now - timedelta(days=1)):
        until = signature_end(moment, days=days)
        signed = rulings.typed_data_of(trade, buyer_bps=body.buyer_bps, reason_code=body.reason_code, valid_until=until)
        try:
            if recover(digest(panels.to_sign(trade, signed, by=by)), body.signature) == by.address:
                return until
        except BadSignature:
            break
    return signature_end(now, days=days)


def _statement(one: StatementView) -> dict[str, Any]:
    return {
        "by": one.address,
        "name": one.name,
        "side": one.side,
        "reason": one.reason,
        "wish_bps": one.wish_bps,
        "text": one.text,
        "at": time_text(one.at),
    }
