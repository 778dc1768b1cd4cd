"""Appending to trade-room logs, many messages in one round trip and one commit (group commit).

The database does it all in `chat_append` (migration 0002): it locks the logs concerned, answers repeats with their old
place, refuses forks, gaps and closed chats, and gives the rest gapless places. Either the whole call is committed or
nothing is, and repeating it is harmless: the same message always has the same place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from exchange.accounts.models import Account
from exchange.chat import checks, protocol
from exchange.chat.models import TradeKey
from exchange.core.errors import Conflict
from exchange.core.ids import read_code
from exchange.core.prepared import prepared_cursor
from exchange.trades import queries as trades

_APPEND = (
    "SELECT outcome, place FROM chat_append"
    "($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], string_to_array($6, E'\\n')::jsonb[], $7, $8)"
)
# How long after a trade's end its two people can still write to each other.
OPEN_AFTER_END = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A party's place in one room. Nothing of it ever changes, so it may be kept for as long as the party is let in."""

    trade: int
    code: str
    trade_id: str
    account: int
    address: str
    identity_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that may be stored: checked and signed, but without a place yet."""

    seat: Seat
    n: int
    prev: str
    hash: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A message's place in its log, and whether it was given just now, at `at`."""

    seq: int
    is_new: bool
    at: datetime


def seat_of(code: str, *, by: Account) -> Seat:
    """Return the place of `by` in the room of a trade. Raises `NotFound`, or `Conflict` with code `no_key`."""
    found = (
        TradeKey.objects.filter(trade__code=read_code(code), account=by)
        .values_list("trade_id", "trade__code", "trade__trade_id", "identity_key")
        .first()
    )
    if found is None:
        trades.trade_for(code, account=by)
        raise Conflict("Unlock the chat first: your key for this trade is not published yet.", code="no_key")
    trade, public_code, trade_id, identity_key = found
    return Seat(
        trade=trade,
        code=public_code,
        trade_id=trade_id,
        account=by.pk,
        address=by.address,
        identity_key=identity_key,
    )


def draft(msg: Mapping[str, Any], *, seat: Seat) -> Draft:
    """Return `msg` as what can be stored from this seat. Raises `Invalid`."""
    checks.check_message(msg, trade_id=seat.trade_id, sender=seat.address, identity_key=seat.identity_key)
    return Draft(seat=seat, n=msg["n"], prev=msg["prev"], hash=protocol.hash_of(msg), body=dict(msg))


def append(drafts: Sequence[Draft], *, now: datetime) -> list[Stored | Conflict]:
    """Store drafts in the order given, in one statement; each gets its place or the reason why it has none."""
    columns: tuple[list[Any], ...] = (
        [one.seat.trade for one in drafts],
        [one.seat.account for one in drafts],
        [one.n for one in drafts],
        [one.prev for one in drafts],
        [one.hash for one in drafts],
    )
    # In one piece, since no line of JSON breaks: in an array each quote would be escaped for itself.
    bodies = b"\n".join([orjson.dumps(one.body) for one in drafts]).decode()
    with prepared_cursor() as cursor:
        cursor.execute(_APPEND, [*columns, bodies, now, now - OPEN_AFTER_END], prepare=True, binary=True)
        return [_answer(outcome, place, now) for outcome, place in cursor.fetchall()]


def _answer(outcome: str, place: int, now: datetime) -> Stored | Conflict:
    if outcome in {"new", "known"}:
        return Stored(seq=place, is_new=outcome == "new", at=now)
    if outcome == "fork":
        return Conflict("You have already sent another message with this counter.", code="fork")
    if outcome == "broken":
        return Conflict("This message does not follow the one you sent before it.", code="fork")
    if outcome == "gap":
        return Conflict("A message of yours is missing before this one.", code="gap", extra={"next": place})
    words = "This trade ended more than 30 days ago; its chat is closed. Nothing was sent; what was said stays here."
    return Conflict(words, code="closed")
