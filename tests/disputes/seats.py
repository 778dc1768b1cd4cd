"""A panel for tests: a real Safe on the test chain, its owners, their seats, and their signatures."""

from decimal import Decimal
from typing import Any

from django.conf import settings as django_settings
from pytest_django import Settings

from exchange.core import clock
from exchange.disputes import actions, panels, rulings
from exchange.disputes.models import PanelSeat
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.panel import deploy_panel
from tests import trade_builders as make
from tests.builders import Actor, actor, carol

SALT = bytes(31) + b"\x07"


def dana() -> Actor:
    return actor(8, name="Dana", is_arbiter=True)


def erin() -> Actor:
    return actor(9, name="Erin", is_arbiter=True)


def seated_panel(settings: Settings) -> str:
    """Return a Safe of Carol, Dana and Erin, two of whom must sign; it judges trades of more than 0.05 ETH."""
    owners = [one.address for one in (carol(), dana(), erin())]
    node = DemoChain(django_settings.CHAIN_RPC_URLS[0])
    address = deploy_panel(node, owners=owners, needed=2, salt=SALT)
    for one in (carol(), dana(), erin()):
        PanelSeat.objects.create(panel=address, member=one.account, since=clock.now())
    settings.PANEL_ADDRESS, settings.PANEL_ABOVE = address, {"ETH": Decimal("0.05")}
    return address


def propose(deal: make.Deal, *, by: Actor | None = None, buyer_bps: int = 6000, **changes: Any) -> rulings.Decision:
    """Have the arbiter of the case propose a ruling to the panel."""
    who = by or carol()
    until = clock.to_unix(clock.now()) + 3600 + changes.pop("later", 0)
    signed = rulings.typed_data_of(deal.trade, buyer_bps=buyer_bps, reason_code=3, valid_until=until)
    facts = {"findings": make.FINDINGS, "signature": who.sign(panels.to_sign(deal.trade, signed, by=who.account))}
    return actions.rule(
        deal.code,
        by=who.account,
        buyer_bps=buyer_bps,
        reason_code=3,
        valid_until=until,
        now=clock.now(),
        **(facts | changes),
    )


def agree(deal: make.Deal, by: Actor) -> rulings.Decision:
    """Have another member sign the same."""
    trade, ruling = panels.proposal_to_sign(deal.code, by=by.account, now=clock.now())
    message = panels.to_sign(trade, rulings.ruled_data(trade, ruling), by=by.account)
    return actions.co_sign(deal.code, by=by.account, signature=by.sign(message), now=clock.now())
