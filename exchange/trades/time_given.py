"""More time to pay. The contract's own limit cannot be moved; what can is this site's earlier one, up to near it."""

from datetime import datetime, timedelta

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden
from exchange.trades import queries
from exchange.trades.apply import Change, apply
from exchange.trades.decide import Side
from exchange.trades.models import Trade
from exchange.trades.states import State

STEP = timedelta(minutes=10)
# So much before the contract's limit a relayed `markPaid` is still mined.
LEAST_MARGIN = timedelta(minutes=3)


def latest_for(trade: Trade) -> datetime:
    """Return the latest deadline this site can show: a little before the contract's."""
    return clock.from_unix(int(trade.terms["payBy"])) - LEAST_MARGIN


def can_give(trade: Trade, *, now: datetime) -> bool:
    """Return whether there is time left to give."""
    return trade.state == State.FUNDED and trade.pay_by < latest_for(trade) and now < latest_for(trade)


def give_time(code: str, *, by: Account, now: datetime) -> Trade:
    """Move the deadline the buyer is shown by ten minutes, never beyond the contract's.

    Raises `NotFound`, `Forbidden`, or `Conflict` with code `no_more_time`.
    """
    trade = queries.trade_for(code, account=by)
    if queries.role_of(trade, account=by).side is not Side.SELLER:
        raise Forbidden("Only the seller can give the buyer more time.", code="wrong_role")
    with transaction.atomic():
        Trade.objects.select_for_update().get(pk=trade.pk)
        trade = queries.trade_for(code, account=by)
        if not can_give(trade, now=now):
            raise Conflict(
                "There is no more time to give: the contract's own limit cannot be moved. If the payment comes later, "
                "settle it by a split, or trade anew.",
                code="no_more_time",
            )
        pay_by = min(max(trade.pay_by, now) + STEP, latest_for(trade))
        change = Change(kind="more_time", columns={"pay_by": pay_by}, facts={"until": clock.to_text(pay_by)})
        return apply(trade, change, by=by.address, now=now)
