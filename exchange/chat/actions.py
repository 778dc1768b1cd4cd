"""All writes to the trade-room log. What is acknowledged here is stored, in one order without gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from exchange.accounts.models import Account
from exchange.chat import checks
from exchange.chat.append import Draft, Seat, Stored, append, draft, seat_of
from exchange.chat.enrolment import enrol, publish_trade_key
from exchange.chat.models import ChatLog, ChatSettings, PaymentDetails, ReadMark, TradeKey
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden
from exchange.core.hints import hint
from exchange.trades import queries as trades
from exchange.trades.decide import Side
from exchange.trades.models import Trade
from exchange.trades.states import BEFORE_LOCK, FINISHED

__all__ = ["append_message", "chat_frame", "enrol", "hand_over_details", "mark_read", "publish_trade_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A party of a room, whose keys need not be there yet to read."""

    trade: int
    code: str
    account: int
    address: str


def append_message(code: str, *, by: Account, msg: Mapping[str, Any], now: datetime) -> tuple[int, bool]:
    """Store one signed message and return its place in the log, and whether it is new.

    The same message again gives the same place. Raises `NotFound`, `Invalid`, or `Conflict` with code `fork` (another
    message with this counter), `gap` (a message of yours is missing before it), `no_key` or `closed`.
    """
    seat = seat_of(code, by=by)
    one = draft(msg, seat=seat)
    with transaction.atomic():
        (stored,) = append([one], now=now)
        if isinstance(stored, Conflict):
            raise stored
        if stored.is_new:
            hint(f"trade:{seat.code}", chat_frame(one, stored))
    return stored.seq, stored.is_new


def chat_frame(one: Draft, stored: Stored) -> dict[str, Any]:
    """Return what sockets are told of a message that has just been given its place."""
    return {
        "t": "chat",
        "trade": one.seat.code,
        "seq": stored.seq,
        "received_at": clock.to_text(stored.at),
        "msg": one.body,
    }


def hand_over_details(code: str, *, by: Account, envelope: Mapping[str, Any], now: datetime) -> PaymentDetails:
    """Store the seller's sealed account details; the buyer is given them once the coins are locked.

    They can be corrected until then, not afterwards. Raises `NotFound`, `Forbidden`, `Invalid` or `Conflict`.
    """
    trade = trades.trade_for(code, account=by)
    if trades.role_of(trade, account=by).side is not Side.SELLER:
        raise Forbidden("Only the seller says where the money goes.", code="wrong_role")
    key = _key_of(trade, by)
    checks.check_envelope(
        envelope,
        trade_id=trade.trade_id,
        sender=by.address,
        method=trade.method.slug,
        identity_key=key.identity_key,
    )
    with transaction.atomic():
        # The lock keeps the trade from being funded between the question and the write.
        state = Trade.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=trade.pk)
        stored = PaymentDetails.objects.filter(trade=trade).first()
        if stored is not None and stored.envelope == dict(envelope):
            return stored
        if state in FINISHED:
            raise Conflict("This trade is over; nothing is to be paid any more.", code="closed")
        if stored is not None and state not in BEFORE_LOCK:
            raise Conflict("The buyer has these details already; they cannot be changed now.", code="details_fixed")
        stored, _ = PaymentDetails.objects.update_or_create(
            trade=trade, defaults={"envelope": dict(envelope), "created_at": now}
        )
        hint(f"trade:{trade.code}", {"t": "details", "id": trade.code, "v": trade.version})
    return stored


def mark_read(code: str, *, by: Account, seq: int, delivered: bool = False) -> ReadMark:
    """Say that `by` has read the log up to `seq`, or only received it; marks never move back. Raises `NotFound`."""
    trade = trades.trade_for(code, account=by)
    return move_mark(
        Reader(trade=trade.pk, code=trade.code, account=by.pk, address=by.address), seq, delivered=delivered
    )


def move_mark(reader: Reader | Seat, seq: int, *, delivered: bool) -> ReadMark:
    """Move a party's marks and tell the other side, who is not told of reading if the party does not want it."""
    with transaction.atomic():
        head = ChatLog.objects.filter(trade=reader.trade).values_list("head", flat=True).first() or 0
        upto = max(0, min(seq, head))
        mark, _ = ReadMark.objects.get_or_create(trade_id=reader.trade, account_id=reader.account)
        if upto <= (mark.delivered if delivered else mark.read):
            return mark
        moved: dict[str, Any] = {"delivered": Greatest(F("delivered"), upto)}
        if not delivered:
            moved["read"] = Greatest(F("read"), upto)
        ReadMark.objects.filter(pk=mark.pk).update(**moved)
        mark.refresh_from_db()
        is_shown = not ChatSettings.objects.filter(account=reader.account, shows_read=False).exists()
        told = {"read": mark.read if is_shown else 0, "delivered": mark.delivered}
        hint(f"trade:{reader.code}", {"t": "read", "trade": reader.code, "by": reader.address, **told})
    return mark


def change_settings(
    *, by: Account, shows_presence: bool, shows_typing: bool, shows_read: bool, enter_sends: bool
) -> ChatSettings:
    """Set what `by` lets the other side of a trade see."""
    changed, _ = ChatSettings.objects.update_or_create(
        account=by,
        defaults={
            "shows_presence": shows_presence,
            "shows_typing": shows_typing,
            "shows_read": shows_read,
            "enter_sends": enter_sends,
        },
    )
    return changed


def _key_of(trade: Trade, by: Account) -> TradeKey:
    key = TradeKey.objects.filter(trade=trade, account=by).first()
    if key is None:
        raise Conflict("Unlock the chat first: your key for this trade is not published yet.", code="no_key")
    return key
