"""What reputation does when a trade ends; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from exchange.offers.models import Offer
from exchange.reputation import actions
from exchange.reputation.models import Standing
from exchange.trades import queries as trades


def on_trade_ended(payload: Mapping[str, Any]) -> None:
    """Rebuild the standings of both parties."""
    trade = trades.trade_by_code(str(payload["trade"]))
    actions.refresh(trade.seller_id)
    actions.refresh(trade.buyer_id)


def on_offer_published(payload: Mapping[str, Any]) -> None:
    """Write the maker's standing onto a new offer."""
    offer = Offer.objects.filter(code=str(payload["offer"])).first()
    standing = Standing.objects.filter(account=offer.maker_id).first() if offer else None
    if standing is not None:
        actions.write_standing_of(standing)
