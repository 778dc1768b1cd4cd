"""Hints about offers: open pages hear, after commit, that a pair's book or one offer is not what it was."""

from exchange.core.hints import hint
from exchange.offers.models import Offer, Visibility


def tell(offer: Offer) -> None:
    """Let open pages know, after commit. An offer by link is nobody else's business."""
    if offer.visibility == Visibility.PUBLIC:
        pair = f"{offer.asset.symbol}/{offer.currency_id}"
        hint(f"book:{pair}", {"t": "book", "id": pair})
    hint(f"offer:{offer.code}", {"t": "offer", "id": offer.code, "v": offer.version})
