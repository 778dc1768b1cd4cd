"""Which events can be heard, who hears them, and what is said: names, ids and versions, nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import orjson

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.trades import queries as trades

TEST = "webhook.test"
# Those of `wiring.HANDLERS` that concern a trader's program.
Event = Literal[
    "trade.requested",
    "trade.agreed",
    "trade.funded",
    "trade.paid",
    "trade.disputed",
    "trade.released",
    "trade.refunded",
    "trade.resolved",
    "trade.expired",
    "trade.cancelled",
    "trade.declined",
    "dispute.opened",
    "dispute.claimed",
    "dispute.recused",
    "dispute.key",
    "dispute.evidence",
    "dispute.asked",
    "dispute.ruled",
]
EVENTS: tuple[str, ...] = get_args(Event)


def hearers(payload: Mapping[str, Any]) -> list[Account]:
    """Return whom an event concerns: both parties of its trade, and the arbiter of its case."""
    trade = trades.trade_by_code(str(payload["trade"]))
    return [trade.seller, trade.buyer, *([trade.arbiter] if trade.arbiter is not None else [])]


def body_of(event: str, facts: Mapping[str, Any], *, at: datetime) -> str:
    """Return the message of an event, exactly as it is signed: `{"type", "timestamp", "data"}`.

    Amounts, names and texts are left out on purpose: whoever needs them asks the API, with a token and the id.
    """
    data = {name: facts[name] for name in ("trade", "version", "webhook") if name in facts}
    return orjson.dumps({"type": event, "timestamp": clock.to_text(at), "data": data}).decode()
