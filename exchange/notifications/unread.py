"""Messages that wait unread: told once a trade and stretch of silence, some minutes after they came."""

from datetime import datetime, timedelta

from django.db.models import Max

from exchange.accounts.models import Account
from exchange.chat.models import Message, ReadMark
from exchange.notifications import actions
from exchange.notifications.models import Kind
from exchange.notifications.render import Line
from exchange.trades.models import Trade

# Somebody who has the page open reads sooner than this.
PATIENCE = timedelta(minutes=3)
FORGOTTEN = timedelta(days=2)


def tell_unread(now: datetime) -> int:
    """Write a line for everyone whose newest message waits unread; return how many were new."""
    rows = (
        Message.objects.filter(received_at__lte=now - PATIENCE, received_at__gt=now - FORGOTTEN)
        .values("trade_id", "sender_id")
        .annotate(seq=Max("seq"))
    )
    told = 0
    for row in rows:
        trade = Trade.objects.select_related("seller", "buyer").get(pk=row["trade_id"])
        reader = trade.buyer if row["sender_id"] == trade.seller_id else trade.seller
        told += _tell(trade, reader, seq=row["seq"])
    return told


def _tell(trade: Trade, reader: Account, *, seq: int) -> bool:
    read = ReadMark.objects.filter(trade=trade, account=reader).values_list("read", flat=True).first() or 0
    if read >= seq:
        return False
    line = Line(
        kind=str(Kind.MESSAGE),
        text=f"A message waits for you in trade {trade.code}.",
        path=f"/trades/{trade.code}#chat",
    )
    # One line for all that is unread: the mark is how far this person had read.
    return actions.write(reader, line, key=f"unread:{trade.code}:{read}", trade_code=trade.code)
