"""The routes, one module per subject. Each view parses, calls one action or query, and renders.

May import every package below the faces. Start reading at `trades.py`; `calls.py` says what the decorator does.
"""

from ninja import Router

from exchange.api.routes import (
    arbiter,
    attachments,
    auth,
    case_material,
    catalog,
    chat,
    disputes,
    exit_kit,
    exports,
    info,
    market_making,
    notifications,
    offers,
    people,
    prices,
    regards,
    stats,
    tokens,
    trade_room,
    trades,
    webhooks,
)

ROUTERS: dict[str, Router] = {
    "node": info.router,
    "sign-in": auth.router,
    "tokens": tokens.router,
    "people": people.router,
    "lists of people": regards.router,
    "catalogue": catalog.router,
    "prices": prices.router,
    "offers": offers.router,
    "market making": market_making.router,
    "trades": trades.router,
    "exit": exit_kit.router,
    "exports": exports.router,
    "trade room": trade_room.router,
    "chat": chat.router,
    "attachments": attachments.router,
    "disputes": disputes.router,
    "case material": case_material.router,
    "arbiter": arbiter.router,
    "notifications": notifications.router,
    "webhooks": webhooks.router,
    "stats": stats.router,
}
