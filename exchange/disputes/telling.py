"""Telling open pages that a case has changed: the parties' page, and the arbiters' queue."""

from exchange.core.hints import hint
from exchange.trades.models import Trade


def tell(trade: Trade) -> None:
    """Hint, after commit, to whoever has the case or the queue open."""
    hint(f"trade:{trade.code}", {"t": "dispute", "id": trade.code, "v": trade.version})
    hint("queue", {"t": "queue", "id": trade.code})
