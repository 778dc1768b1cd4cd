"""The only writer of a trade's state: compare-and-set, timeline row, outbox and hint in one transaction.

The trade passed in is the one the caller decided on: if its state or version has moved since, nothing is written and
`Conflict` is raised. Each call raises the version by one and appends the timeline row of that number, whose hash binds
it to the row before. Only a change of state is told to other apps (`trade.<kind>`); a remark is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from escrow.queries import FinalEvent
from exchange.core import hashing
from exchange.core.cas import update_expecting_one
from exchange.core.hints import hint
from exchange.core.outbox import emit
from exchange.trades.models import TimelineEntry, Trade
from exchange.trades.states import FINISHED, MONEY_STATES, State

CHAIN = "chain"
SYSTEM = "parley"
# What an open page says aloud when it hears of a change; neutral, since both parties hear it.
SAY = {
    "agreed": "Both sides have agreed. The seller locks the coins next.",
    "funded": "The coins are locked in escrow.",
    "paid": "The buyer has marked this trade paid.",
    "disputed": "This trade is in dispute.",
    "released": "The coins were released to the buyer.",
    "refunded": "The coins went back to the seller.",
    "resolved": "The coins were split between both sides.",
    "expired": "This trade has expired.",
    "cancelled": "This trade was cancelled.",
    "declined": "The maker declined this trade.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step: the timeline's word for it, the new state (None for a remark), columns to set, facts to keep."""

    kind: str
    state: State | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def apply(trade: Trade, change: Change, *, by: str, now: datetime, event: FinalEvent | None = None) -> Trade:
    """Write `change` to `trade` and return it as it is now. `by` is an address, `chain` or `parley`.

    `event` is the final chain event behind the change; money states cannot be reached without one. Raises `Conflict`.
    """
    target = State(change.state or trade.state)
    if change.state in MONEY_STATES and event is None:
        raise ValueError(f"{change.state} needs a final chain event")
    columns: dict[str, Any] = {**change.columns, "state": target, "version": trade.version + 1, "updated_at": now}
    if change.state is not None and event is not None:
        columns["last_event_id"] = event.event_id
    if change.state in FINISHED:
        columns |= {"finished_at": event.block_time if event else now, "deadline": None}
    with transaction.atomic():
        update_expecting_one(Trade.objects.filter(pk=trade.pk, state=trade.state, version=trade.version), **columns)
        for name, value in columns.items():
            setattr(trade, name, value)
        append_entry(trade, kind=change.kind, by=by, facts=change.facts, now=now, event=event)
        tell(trade, kind=change.kind, by=by, changed=change.state is not None)
    return trade


def append_entry(
    trade: Trade, *, kind: str, by: str, facts: Mapping[str, Any], now: datetime, event: FinalEvent | None = None
) -> TimelineEntry:
    """Append the timeline row numbered by the trade's version, chained to the one before; needs a transaction."""
    entry = TimelineEntry(
        trade=trade,
        n=trade.version,
        kind=kind,
        actor=by,
        data=dict(facts),
        tx_hash=event.tx_hash if event else "",
        block_number=event.block_number if event else None,
        event_id=event.event_id if event else None,
        at=event.block_time if event else now,
    )
    last = TimelineEntry.objects.filter(trade=trade, n=trade.version - 1).values_list("hash", flat=True).first()
    entry.previous = last or hashing.GENESIS
    entry.hash = hashing.chain(entry.previous, words_of(entry, code=trade.code))
    entry.save(force_insert=True)
    return entry


def words_of(entry: TimelineEntry, *, code: str) -> dict[str, Any]:
    """Return what a timeline row's hash is over."""
    return {
        "trade": code,
        "n": entry.n,
        "kind": entry.kind,
        "actor": entry.actor,
        "data": entry.data,
        "tx_hash": entry.tx_hash,
        "block_number": entry.block_number,
        "at": entry.at.isoformat(),
    }


def first_broken_entry(trade: Trade) -> int | None:
    """Return the number of the first timeline row that does not follow from the one before; None when all is whole."""
    previous, expected = hashing.GENESIS, 1
    for entry in TimelineEntry.objects.filter(trade=trade).order_by("n"):
        sound = entry.n == expected and entry.previous == previous
        if not sound or entry.hash != hashing.chain(previous, words_of(entry, code=trade.code)):
            return expected
        previous, expected = entry.hash, expected + 1
    return None if expected == trade.version + 1 else expected


def tell(trade: Trade, *, kind: str, by: str, changed: bool) -> None:
    """Owe the handlers of a change of state, and hint to the open pages of this trade."""
    if changed:
        emit(f"trade.{kind}", {"trade": trade.code, "by": by, "version": trade.version})
    message: dict[str, Any] = {"t": "trade", "id": trade.code, "v": trade.version}
    if changed and kind in SAY:
        message["say"] = SAY[kind]
    hint(f"trade:{trade.code}", message)
