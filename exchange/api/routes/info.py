"""What a program must know of this node before it trusts and uses it."""

# ruff: noqa: ARG001  (every view is handed its request)

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from escrow import queries as escrow
from exchange.api.answers import decimal_text
from exchange.api.calls import call
from exchange.api.schemas import market as schemas
from exchange.core import node_key

router = Router()
API_VERSION = "1.0"


@call(router, "GET", "/info", gives=schemas.Info, public=True)
def read_info(request: HttpRequest) -> dict[str, Any]:
    """Return chain, escrow contract, arbiter, fee and relayer of this node."""
    facts = escrow.node_facts()
    return {
        "name": settings.SITE_NAME,
        "api_version": API_VERSION,
        "chain_id": facts.chain_id,
        "rpc_url": settings.PUBLIC_RPC_URL,
        "escrow": facts.contract,
        "escrow_code_hash": escrow.code_hash(facts.contract),
        "arbiter": settings.ARBITER_ADDRESS,
        "panel": settings.PANEL_ADDRESS or None,
        "panel_above": {symbol: decimal_text(above) for symbol, above in settings.PANEL_ABOVE.items()},
        "fee_bps": settings.FEE_BPS,
        "confirmations": facts.required,
        "relayer": facts.relayer,
        "node_address": node_key.address(),
        "demo": settings.DEMO,
    }
