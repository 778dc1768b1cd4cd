"""Event name to handlers: the only place where the apps meet, and where every consequence of an event can be read.

Handlers run after commit through the outbox, at least once, each on its own (`core/outbox.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from exchange.core import outbox
from exchange.core.outbox import Handler
from exchange.disputes import handlers as disputes
from exchange.notifications import deliver
from exchange.notifications import handlers as notifications
from exchange.notifications import offers as offer_notifications
from exchange.reputation import handlers as reputation
from exchange.webhooks import handlers as webhooks

# What follows from what happens to a trade, besides telling its people and their programs, which every event here does.
HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    "trade.requested": (),
    "trade.agreed": (),
    "trade.funded": (),
    "trade.paid": (),
    "trade.disputed": (disputes.on_trade_disputed,),
    "trade.released": (disputes.on_trade_ended, reputation.on_trade_ended),
    "trade.refunded": (disputes.on_trade_ended, reputation.on_trade_ended),
    "trade.resolved": (disputes.on_trade_ended, reputation.on_trade_ended),
    "trade.expired": (reputation.on_trade_ended,),
    "trade.cancelled": (reputation.on_trade_ended,),
    "trade.declined": (),
    "dispute.opened": (),
    "dispute.claimed": (),
    "dispute.recused": (),
    "dispute.key": (),
    "dispute.evidence": (),
    "dispute.asked": (),
    "dispute.ruled": (),
}
# What follows from a notification itself: the ways to its reader beside the site.
DELIVERIES: Mapping[str, tuple[Handler, ...]] = {
    "notification.email": (deliver.by_email,),
    "notification.push": (deliver.by_push,),
    "email.changed": (deliver.on_email_changed,),
}

# What follows from offers; nobody's trade is concerned.
OFFER_HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    "offer.published": (reputation.on_offer_published, offer_notifications.on_offer_published),
}


# What follows from everything else.
OTHER_HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    "dispute.proposed": (notifications.on_proposed,),
    "webhook.disabled": (notifications.on_webhook_disabled,),
    "moderation.decided": (notifications.on_moderation,),
    "moderation.lifted": (notifications.on_moderation,),
}


def connect() -> None:
    """Subscribe every handler; called once when Django starts."""
    for event, handlers in {**HANDLERS, **DELIVERIES, **OFFER_HANDLERS, **OTHER_HANDLERS}.items():
        for handler in handlers:
            outbox.subscribe(event, handler)
    for event in HANDLERS:
        outbox.subscribe(event, _named(event, notifications.on_event, name="notify"))
        outbox.subscribe(event, _named(event, webhooks.on_event, name="call_webhooks"))


def _named(event: str, tell: Callable[[str, Mapping[str, Any]], None], *, name: str) -> Handler:
    def told(payload: Mapping[str, Any]) -> None:
        tell(event, payload)

    told.__qualname__ = name
    return told
