"""All writes to the trade-room log. What is acknowledged here is stored, in one order without gaps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from exchange.accounts.models import Account
from exchange.chat import checks, protocol
from exchange.chat.enrolment import enrol, publish_trade_key
from exchange.chat.models import ChatLog, Message, PaymentDetails, ReadMark, TradeKey
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden
from exchange.core.hints import hint
from exchange.trades import queries as trades
from exchange.trades.decide import Side
from exchange.trades.models import Trade
from exchange.trades.states import BEFORE_LOCK, FINISHED

__all__ = ["append_message", "enrol", "hand_over_details", "mark_read", "publish_trade_key"]

# How long after a trade's end its two people can still write to each other.
OPEN_AFTER_END = timedelta(days=30)


def append_message(code: str, *, by: Account, msg: Mapping[str, Any], now: datetime) -> tuple[int, bool]:
    """Store one signed message and return its place in the log, and whether it is new.

    The same message again gives the same place. Raises `NotFound`, `Invalid`, or `Conflict` with code `fork` (another
    message with this counter), `gap` (a message of yours is missing before it), `no_key` or `closed`.
    """
    trade = trades.trade_for(code, account=by)
    key = _key_of(trade, by)
    checks.check_message(msg, trade_id=trade.trade_id, sender=by.address, identity_key=key.identity_key)
    digest = protocol.hash_of(msg)
    with transaction.atomic():
        log = _lock_log(trade)
        known = _find(trade, by, n=int(msg["n"]))
        if known is not None:
            if known.hash != digest:
                raise Conflict("You have already sent another message with this counter.", code="fork")
            return known.seq, False
        _check_follows(trade, by, msg)
        if trade.finished_at is not None and now > trade.finished_at + OPEN_AFTER_END:
            raise Conflict("This trade ended more than 30 days ago; its chat is closed.", code="closed")
        log.head += 1
        log.save(update_fields=["head"])
        Message.objects.create(
            trade=trade, seq=log.head, sender=by, n=msg["n"], hash=digest, body=dict(msg), received_at=now
        )
        frame = {"t": "chat", "trade": trade.code, "seq": log.head, "received_at": clock.to_text(now), "msg": dict(msg)}
        hint(f"trade:{trade.code}", frame)
    return log.head, True


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
    with transaction.atomic():
        head = ChatLog.objects.filter(trade=trade).values_list("head", flat=True).first() or 0
        upto = max(0, min(seq, head))
        mark, _ = ReadMark.objects.get_or_create(trade=trade, account=by)
        if upto <= (mark.delivered if delivered else mark.read):
            return mark
        moved: dict[str, Any] = {"delivered": Greatest(F("delivered"), upto)}
        if not delivered:
            moved["read"] = Greatest(F("read"), upto)
        ReadMark.objects.filter(pk=mark.pk).update(**moved)
        mark.refresh_from_db()
        frame = {"t": "read", "trade": trade.code, "by": by.address, "read": mark.read, "delivered": mark.delivered}
        hint(f"trade:{trade.code}", frame)
    return mark


def _lock_log(trade: Trade) -> ChatLog:
    """Return the head of the log; until the transaction ends nobody else gets a place in it."""
    log = ChatLog.objects.select_for_update().filter(trade=trade).first()
    if log is None:
        ChatLog.objects.bulk_create([ChatLog(trade=trade)], ignore_conflicts=True)
        log = ChatLog.objects.select_for_update().get(trade=trade)
    return log


def _key_of(trade: Trade, by: Account) -> TradeKey:
    key = TradeKey.objects.filter(trade=trade, account=by).first()
    if key is None:
        raise Conflict("Unlock the chat first: your key for this trade is not published yet.", code="no_key")
    return key


def _find(trade: Trade, sender: Account, *, n: int) -> Message | None:
    return Message.objects.filter(trade=trade, sender=sender, n=n).first()


def _check_follows(trade: Trade, by: Account, msg: Mapping[str, Any]) -> None:
    if msg["n"] == 1:
        return
    last = _find(trade, by, n=msg["n"] - 1)
    if last is None:
        sent = Message.objects.filter(trade=trade, sender=by).order_by("-n").values_list("n", flat=True).first() or 0
        raise Conflict("A message of yours is missing before this one.", code="gap", extra={"next": sent + 1})
    if last.hash != msg["prev"]:
        raise Conflict("This message does not follow the one you sent before it.", code="fork")
