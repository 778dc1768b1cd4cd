"""Turning events into notifications for the people they concern; called by the outbox, perhaps twice."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.disputes import panels
from exchange.disputes.models import PanelSeat, Ruling
from exchange.moderation import queries as moderation
from exchange.notifications import actions
from exchange.notifications.render import QUIET_FOR_ACTOR, render, render_notice
from exchange.trades import decide
from exchange.trades import queries as trades
from exchange.trades.decide import Side
from exchange.trades.models import Trade

FOR_ARBITERS = frozenset({"trade.disputed", "dispute.recused", "dispute.evidence"})


def on_event(event: str, payload: Mapping[str, Any]) -> None:
    """Write a line for each party whom `event` tells something, and for arbiters when a dispute waits for them."""
    trade = trades.trade_by_code(str(payload["trade"]))
    key = f"{event}:{trade.code}:{payload['version']}"
    for account in (trade.seller, trade.buyer):
        if event in QUIET_FOR_ACTOR and account.address == payload["by"]:
            continue
        if event == "dispute.asked" and payload["side"] not in {
            "both",
            str(trades.role_of(trade, account=account).side),
        }:
            continue
        _notify_party(trade, account, event=event, key=key)
    if event in FOR_ARBITERS:
        _notify_arbiters(trade, event=event, key=key)


def on_proposed(payload: Mapping[str, Any]) -> None:
    """Tell the other members of a panel that a ruling waits for their signatures; the parties are told nothing yet."""
    trade = trades.trade_by_code(str(payload["trade"]))
    ruling = Ruling.objects.filter(dispute__trade=trade).first()
    line = render("dispute.proposed", code=trade.code, side=str(Side.ARBITER), is_turn=True)
    if ruling is None or line is None or not ruling.is_proposed:
        return
    for member in panels.waited_for(trade, ruling):
        actions.write(member, line, key=f"dispute.proposed:{trade.code}:{payload['at']}", trade_code=trade.code)


def on_webhook_disabled(payload: Mapping[str, Any]) -> None:
    """Tell the owner of a webhook that it was switched off."""
    account = Account.objects.filter(pk=payload["account"]).first()
    if account is not None:
        key = f"webhook.disabled:{payload['webhook']}:{payload['delivery']}"
        actions.write(account, render_notice("webhook.disabled"), key=key, trade_code="")


def on_moderation(payload: Mapping[str, Any]) -> None:
    """Tell everyone whom a decision of staff concerns that it was made, or lifted."""
    made = moderation.restriction_by_key(int(payload["restriction"]))
    if made is None:
        return
    event = f"{made.kind}.{'restricted' if made.lifted_at is None else 'lifted'}"
    for account in moderation.concerned(made):
        line = render_notice(event, code=made.subject if made.kind == "offer" else "")
        actions.write(account, line, key=f"{event}:{made.pk}", trade_code="")


def _notify_party(trade: Trade, account: Account, *, event: str, key: str) -> None:
    role = trades.role_of(trade, account=account)
    waits = decide.primary_action(trades.snapshot_of(trade), role, clock.now())
    part = "maker" if role.is_maker else "taker"
    line = render(event, code=trade.code, side=str(role.side), part=part, is_turn=bool(waits))
    if line is not None:
        actions.write(account, line, key=key, trade_code=trade.code)


def _notify_arbiters(trade: Trade, *, event: str, key: str) -> None:
    """Tell the arbiter of the case; while there is none, everyone who could take it on."""
    named = str(trade.terms["arbiter"])
    seats = PanelSeat.objects.filter(panel=named).values("member")
    could = Account.objects.filter(is_arbiter=True, is_active=True).filter(Q(address=named) | Q(pk__in=seats))
    line = render(event, code=trade.code, side=str(Side.ARBITER), is_turn=event != "dispute.evidence")
    for arbiter in [trade.arbiter] if trade.arbiter else could:
        if line is not None:
            actions.write(arbiter, line, key=key, trade_code=trade.code)
