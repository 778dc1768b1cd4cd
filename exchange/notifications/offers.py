"""Telling those who saved a search that an offer that fits was published; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.notifications import actions
from exchange.notifications.models import Kind
from exchange.notifications.render import Line
from exchange.offers import searches
from exchange.offers.models import Side
from exchange.offers.queries import offer_by_code


def on_offer_published(payload: Mapping[str, Any]) -> None:
    """Write a line for each saved search that the offer fits; an offer that is gone meanwhile tells nobody."""
    now = clock.now()
    try:
        offer = offer_by_code(str(payload["offer"]))
    except NotFound:
        return
    deed = "sells" if offer.side == Side.SELL else "buys"
    words = f"An offer fits your search: somebody {deed} {offer.asset.symbol} for {offer.currency_id}."
    line = Line(kind=str(Kind.OFFER), text=words, path=f"/offers/{offer.code}")
    for search in searches.matching(offer, now=now):
        actions.write(search.account, line, key=f"offer:{offer.code}", trade_code="")
