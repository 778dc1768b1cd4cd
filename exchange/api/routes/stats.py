"""Public figures of this node."""

# ruff: noqa: ARG001  (every view is handed its request)

from typing import Any

from django.http import HttpRequest
from ninja import Router

from escrow import queries as escrow
from exchange.api.answers import time_text
from exchange.api.calls import call
from exchange.api.render import market as render
from exchange.api.schemas import market as schemas
from exchange.catalog import queries as catalog

router = Router()


@call(router, "GET", "/stats", gives=schemas.Stats, public=True)
def read_stats(request: HttpRequest) -> dict[str, Any]:
    """Return what the escrow holds, in base units, with the block these sums belong to."""
    health, totals = escrow.chain_health(), escrow.totals()
    return {
        "block": health.head,
        "block_time": time_text(health.head_time),
        "stale": health.is_stale,
        "escrow": escrow.node_facts().contract,
        "open_trades": totals.open_trades,
        "held": render.held(totals, assets=catalog.assets()),
    }
