"""Asking the keeper to send a call for somebody who signed it but need not own any coin for gas.

Writes one row in the caller's transaction and sends nothing: the keeper process does, after commit.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from escrow.calls import Call
from escrow.errors import Reverted, RpcError
from escrow.keeper import policy
from escrow.keeper.simulate import simulate
from escrow.keeper.words import words_for
from escrow.models import Intent
from escrow.rpc import PATIENCE_SECONDS, chain


class RelayRefused(Exception):
    """The call will not be sent; `reason` is the contract's error name or a rule of the keeper, `message` says it."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentView:
    """Where a requested call stands: `state` is queued, sent, mined, failed or dropped."""

    id: str
    state: str
    tx_hash: str | None
    error: str
    purpose: str
    created_at: datetime


def request(call: Call, *, purpose: str, trade_id: str, account: str, key: str) -> IntentView:
    """Queue `call` for sending and return where it stands; the same `key` again changes nothing.

    It is tried on the chain first, so that what would revert is refused at once and costs nothing; if no node answers
    it is queued untried, and the keeper tries it before sending. Raises `RelayRefused`.
    """
    known = Intent.objects.filter(key=key).first()
    if known is None:
        _check(call, purpose=purpose)
        with transaction.atomic():
            known = _insert(call, purpose=purpose, trade_id=trade_id, account=account, key=key)
    if known.data != call.data or known.to != call.to or known.account != account:
        raise RelayRefused("KeyReused", "This key was used for another request.")
    return _view(known)


def intents_of(trade_id: str) -> list[IntentView]:
    """Return all calls ever requested for a trade, oldest first."""
    return [_view(intent) for intent in Intent.objects.filter(trade_id=trade_id).order_by("created_at", "id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCall:
    """What was asked for, whole: anyone may send it as long as its signature is good."""

    purpose: str
    account: str
    state: str
    data: str


def calls_of(trade_id: str) -> list[SignedCall]:
    """Return the call data of everything requested for a trade, oldest first."""
    rows = Intent.objects.filter(trade_id=trade_id).order_by("created_at", "id")
    return [SignedCall(purpose=row.purpose, account=row.account, state=row.state, data=row.data) for row in rows]


def _check(call: Call, *, purpose: str) -> None:
    try:
        policy.check_call(call)
        simulate(call, via=chain(chain_id=call.chain_id, read_seconds=PATIENCE_SECONDS))
    except policy.NotAllowed as refusal:
        raise RelayRefused(refusal.reason, str(refusal)) from refusal
    except Reverted as refusal:
        raise RelayRefused(refusal.failure.name, words_for(refusal.failure, purpose=purpose)) from refusal
    except RpcError:
        return  # no node to ask just now: the keeper will


def _insert(call: Call, *, purpose: str, trade_id: str, account: str, key: str) -> Intent:
    now = datetime.now(UTC)
    try:
        policy.check_account(account, chain_id=call.chain_id, now=now)
    except policy.NotAllowed as refusal:
        raise RelayRefused(refusal.reason, str(refusal)) from refusal
    facts: dict[str, Any] = {"purpose": purpose, "trade_id": trade_id, "account": account}
    facts |= {"chain_id": call.chain_id, "to": call.to, "data": call.data}
    # Of two requests with one key the later waits here for the earlier, then finds its row.
    Intent.objects.bulk_create([Intent(key=key, due_at=now, created_at=now, **facts)], ignore_conflicts=True)
    return Intent.objects.get(key=key)


def _view(intent: Intent) -> IntentView:
    return IntentView(
        id=str(intent.id),
        state=intent.state,
        tx_hash=intent.tx_hash or None,
        error=intent.error,
        purpose=intent.purpose,
        created_at=intent.created_at,
    )
