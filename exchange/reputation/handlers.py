"""What reputation does when a trade ends; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from exchange.reputation import actions
from exchange.trades import queries as trades


def on_trade_ended(payload: Mapping[str, Any]) -> None:
    """Rebuild the standings of both parties."""
    trade = trades.trade_by_code(str(payload["trade"]))
    actions.refresh(trade.seller_id)
    actions.refresh(trade.buyer_id)
