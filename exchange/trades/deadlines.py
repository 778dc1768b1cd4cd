"""Deadlines before the lock. Those of locked coins are the contract's, and anyone may open their doors (keeper)."""

from datetime import datetime

from escrow import queries as chain
from exchange.core.errors import Conflict
from exchange.trades import consents
from exchange.trades.models import Trade
from exchange.trades.states import BEFORE_LOCK

BATCH = 200


def close_overdue(now: datetime) -> int:
    """Expire trades that were not agreed or not locked in time and return how many.

    A trade whose lock is seen but not final yet is left alone: a final `Funded` will move it on.
    """
    overdue = list(Trade.objects.filter(state__in=sorted(BEFORE_LOCK), deadline__lte=now).order_by("deadline")[:BATCH])
    seen = chain.escrows_of([trade.trade_id for trade in overdue])
    closed = 0
    for trade in overdue:
        if trade.trade_id in seen and seen[trade.trade_id].head_status != "none":
            continue
        try:
            consents.expire(trade, now=now)
        except Conflict:  # somebody acted in this very moment: the next sweep decides anew
            continue
        closed += 1
    return closed
