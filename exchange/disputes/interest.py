"""Conflicts of interest: who may not judge a trade, whatever the reason to ask."""

from exchange.accounts.models import Account
from exchange.core.errors import Forbidden
from exchange.trades import queries as trades
from exchange.trades.models import Trade


def refuse_interest(trade: Trade, arbiter: Account) -> None:
    """Raise `Forbidden` for an arbiter who is a party, has traded with one, or is not the one the Terms name."""
    if arbiter.pk in {trade.seller_id, trade.buyer_id}:
        raise Forbidden("You are a party of this trade.", code="conflict_of_interest")
    if arbiter.address != trade.terms["arbiter"]:
        raise Forbidden("The Terms of this trade name another arbiter, whose wallet alone can rule.", code="not_named")
    if trades.met_before(arbiter, [trade.seller_id, trade.buyer_id]):
        raise Forbidden("You have traded with one of the parties.", code="conflict_of_interest")
