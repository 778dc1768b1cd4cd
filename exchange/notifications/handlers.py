"""Turning events into notifications for the people they concern; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.notifications import actions
from exchange.notifications.render import QUIET_FOR_ACTOR, render
from exchange.trades import decide
from exchange.trades import queries as trades
from exchange.trades.decide import Side
from exchange.trades.models import Trade


def on_event(event: str, payload: Mapping[str, Any]) -> None:
    """Write a line for each party whom `event` tells something, and for arbiters when a dispute waits for them."""
    trade = trades.trade_by_code(str(payload["trade"]))
    key = f"{event}:{trade.code}:{payload['version']}"
    for account in (trade.seller, trade.buyer):
        if event in QUIET_FOR_ACTOR and account.address == payload["by"]:
            continue
        _notify_party(trade, account, event=event, key=key)
    if event == "trade.disputed":
        _notify_arbiter(trade, event=event, key=key)


def _notify_party(trade: Trade, account: Account, *, event: str, key: str) -> None:
    role = trades.role_of(trade, account=account)
    waits = decide.primary_action(trades.snapshot_of(trade), role, clock.now())
    part = "maker" if role.is_maker else "taker"
    line = render(event, code=trade.code, side=str(role.side), part=part, is_turn=bool(waits))
    if line is not None:
        actions.write(account, line, key=key, trade_code=trade.code)


def _notify_arbiter(trade: Trade, *, event: str, key: str) -> None:
    arbiter = Account.objects.filter(address=str(trade.terms["arbiter"]), is_arbiter=True).first()
    line = render(event, code=trade.code, side=str(Side.ARBITER), is_turn=True)
    if arbiter is not None and line is not None:
        actions.write(arbiter, line, key=key, trade_code=trade.code)
