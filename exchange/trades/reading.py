"""Reading a trade that is not one's own: the arbiter of its case may, and every such reading is put on record."""

from exchange.accounts.models import Account
from exchange.core import audit
from exchange.trades import queries
from exchange.trades.decide import Side
from exchange.trades.models import Trade


def open_trade(code: str, *, account: Account, act: str) -> Trade:
    """Return a trade for its parties, and for the arbiter of its case, whose reading is recorded as `act`.

    The traders are shown the record (`exchange/disputes/readings.py`). Raises `NotFound` for everyone else.
    """
    trade = queries.trade_for(code, account=account, include_arbiter=True)
    if queries.role_of(trade, account=account).side is Side.ARBITER:
        audit.record(act, by=account.address, subject=trade.code)
    return trade
