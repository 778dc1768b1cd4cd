"""Trades, relay jobs and instructions as JSON."""

from datetime import datetime
from typing import Any

from escrow.calls import Call
from escrow.relay import IntentView
from exchange.accounts.models import Account
from exchange.api.answers import decimal_text, fiat_text, time_text, units_text
from exchange.core import clock, money
from exchange.core.errors import NotFound
from exchange.trades import decide, funding, queries, relaying, settling
from exchange.trades.models import Trade
from exchange.trades.states import BEFORE_LOCK
from exchange.trades.view import ChainView, Line, Person, TradeView, terms_to_sign, trade_view

# What a signature asked for now is good for, seconds: long enough for a keeper that is away for a while.
SIGNATURE_LIFETIME = 24 * 3600
ACTIONS = frozenset({"fund", "mark_paid", "release", "cancel", "dispute", "settle"})


def trade(row: Trade, *, account: Account, now: datetime) -> dict[str, Any]:
    """Return a trade in full."""
    view = trade_view(row, account, now)
    return {
        **trade_row(view),
        "price_snapshot": view.price_snapshot,
        "terms": terms_to_sign(row),
        "details": view.details,
        "signed": {"maker": view.maker_signed, "taker": view.taker_signed, "maker_needed": view.needs_maker_signature},
        "timeline": [_line(line) for line in view.timeline],
    }


def trade_row(view: TradeView) -> dict[str, Any]:
    """Return a trade as it stands in a list."""
    return {
        "id": view.code,
        "trade_id": view.trade_id,
        "state": view.state,
        "ui_state": view.ui_state,
        "version": view.version,
        "role": view.role,
        "is_maker": view.is_maker,
        "actions": list(view.actions),
        "primary": view.primary or None,
        "frozen": view.is_frozen,
        "offer": view.offer,
        "buyer": view.buyer.address,
        "seller": view.seller.address,
        "peer": person(view.peer),
        **_amounts(view),
        "deadlines": {
            "next": time_text(view.deadline),
            "lock_by": time_text(view.lock_by),
            "pay_by": time_text(view.pay_by),
            "chain_pay_by": time_text(view.chain_pay_by),
        },
        "chain": _chain(view.chain),
        "split": {"mine": view.split.mine, "theirs": view.split.theirs},
        "created_at": time_text(view.created_at),
        "agreed_at": time_text(view.agreed_at),
        "funded_at": time_text(view.funded_at),
        "paid_at": time_text(view.paid_at),
        "disputed_at": time_text(view.disputed_at),
        "finished_at": time_text(view.finished_at),
    }


def person(one: Person | Account) -> dict[str, str]:
    """Return an account as others see it."""
    return {"address": one.address, "name": one.label if isinstance(one, Account) else one.name}


def intent(job: IntentView | None) -> dict[str, Any] | None:
    """Return a relay job."""
    if job is None:
        return None
    return {"id": job.id, "purpose": job.purpose, "state": job.state, "tx_hash": job.tx_hash, "error": job.error}


def call(made: Call | None) -> dict[str, Any] | None:
    """Return a transaction to send."""
    return made.to_json() if made else None


def how_to(row: Trade, action: str, *, account: Account, buyer_bps: int | None, now: datetime) -> dict[str, Any]:
    """Return how `account` carries out `action`. Raises `NotFound` for no such act, else why it is not possible now."""
    if action not in ACTIONS:
        raise NotFound("There is no such act.")
    snapshot, role = queries.snapshot_of(row), queries.role_of(row, account=account)
    if action not in decide.available_actions(snapshot, role, now):
        raise decide.refusal(snapshot, role, action, now)
    if action == "fund":
        made, first = relaying.call_of(row, action="fund"), relaying.approval_of(row)
        until = clock.to_unix(now) + SIGNATURE_LIFETIME
        authorization = funding.authorization_of(row, valid_before=until)
        return {"typed_data": authorization, "call": call(made), "approve": call(first)}
    if action == "settle":
        share = money.BPS if buyer_bps is None else buyer_bps
        return {"typed_data": settling.typed_data_of(row, buyer_bps=share), "call": None, "approve": None}
    if row.state in BEFORE_LOCK:  # nothing is locked: leaving needs neither signature nor transaction
        return {"typed_data": None, "call": None, "approve": None}
    until = clock.to_unix(now) + SIGNATURE_LIFETIME
    typed_data = relaying.typed_data_of(row, action=action, valid_until=until)
    return {"typed_data": typed_data, "call": call(relaying.call_of(row, action=action)), "approve": None}


def _amounts(view: TradeView) -> dict[str, Any]:
    return {
        "asset": view.asset,
        "token": view.token or None,
        "decimals": view.decimals,
        "amount": units_text(view.amount),
        "amount_asset": decimal_text(money.from_units(view.amount, decimals=view.decimals)),
        "amount_fiat": fiat_text(view.amount_fiat, minor_units=view.minor_units),
        "currency": view.currency,
        "price": decimal_text(view.price),
        "method": view.method,
        "fee_bps": view.fee_bps,
        "fee": units_text(view.fee),
        "buyer_gets": units_text(view.buyer_gets),
        "to_buyer": None if view.to_buyer is None else units_text(view.to_buyer),
        "to_seller": None if view.to_seller is None else units_text(view.to_seller),
        "outcome": view.outcome,
    }


def _chain(view: ChainView) -> dict[str, Any]:
    return {
        "status": view.status,
        "seen": view.status != "none",
        "final": view.is_final,
        "final_status": view.final_status,
        "confirmations": view.confirmations,
        "required": view.required,
        "tx_hash": view.tx_hash or None,
        "block_number": view.block_number,
        "deadline": time_text(view.deadline),
        "intents": [intent(job) for job in view.intents],
        "transactions": list(view.transactions),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "n": line.n,
        "kind": line.kind,
        "actor": line.actor,
        "side": line.side,
        "data": line.data,
        "tx_hash": line.tx_hash or None,
        "block_number": line.block_number,
        "at": time_text(line.at),
    }
