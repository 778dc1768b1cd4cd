"""All writes to trades, by name: what a face or another app calls. Each lives in the module of its subject."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core.errors import Invalid, TooMany
from exchange.core.hints import hint
from exchange.trades import queries
from exchange.trades.apply import Change, apply
from exchange.trades.consents import cancel, decline, sign_terms
from exchange.trades.funding import relay_funding
from exchange.trades.models import Trade, TransactionHint
from exchange.trades.relaying import relay
from exchange.trades.settling import settle
from exchange.trades.taking import take
from exchange.trades.time_given import give_time

__all__ = [
    "admit_arbiter",
    "cancel",
    "decline",
    "dismiss_arbiter",
    "give_time",
    "note",
    "relay",
    "relay_funding",
    "settle",
    "sign_terms",
    "take",
    "tell_transaction",
]

_HASH = re.compile(r"0x[0-9a-f]{64}")
MOST_HASHES = 20


def tell_transaction(code: str, *, by: Account, hash: str, now: datetime) -> TransactionHint:  # noqa: A002
    """Remember a transaction that a party's own wallet sent, so that its page can follow it; no state moves.

    Raises `NotFound`, `Invalid`, or `TooMany` for more than twenty a trade and party.
    """
    trade = queries.trade_for(code, account=by)
    tidy = hash.lower()
    if not _HASH.fullmatch(tidy):
        raise Invalid(fields={"/hash": "A transaction hash is 0x and 64 hex digits."})
    if TransactionHint.objects.filter(trade=trade, account=by).exclude(hash=tidy).count() >= MOST_HASHES:
        raise TooMany("This trade already follows enough transactions of yours.")
    with transaction.atomic():
        told, _ = TransactionHint.objects.get_or_create(
            trade=trade, hash=tidy, defaults={"account": by, "created_at": now}
        )
        hint(f"trade:{trade.code}", {"t": "chain", "id": trade.code, "v": trade.version})
    return told


def note(trade: Trade, *, kind: str, by: str, facts: Mapping[str, Any], now: datetime) -> Trade:
    """Append a remark to the timeline without changing the state. Raises `Conflict` if the trade has moved on."""
    return apply(trade, Change(kind=kind, facts=facts), by=by, now=now)


def admit_arbiter(trade: Trade, *, arbiter: Account, now: datetime) -> Trade:
    """Let the arbiter who claimed the case see the trade. Raises `Conflict` if the trade has moved on."""
    change = Change(kind="claimed", columns={"arbiter_id": arbiter.pk})
    return apply(trade, change, by=arbiter.address, now=now)


def dismiss_arbiter(trade: Trade, *, arbiter: Account, now: datetime) -> Trade:
    """Take the trade out of the sight of an arbiter who gave the case back. Raises `Conflict` if it has moved on."""
    change = Change(kind="recused", columns={"arbiter_id": None})
    return apply(trade, change, by=arbiter.address, now=now)
