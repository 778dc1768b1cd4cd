"""What disputes do when a trade changes; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from exchange.disputes import actions


def on_trade_disputed(payload: Mapping[str, Any]) -> None:
    """Give a trade disputed on chain its case and deadline."""
    actions.follow_dispute(str(payload["trade"]))


def on_trade_ended(payload: Mapping[str, Any]) -> None:
    """Close the case of a trade that ended."""
    actions.close_case(str(payload["trade"]))
