"""A panel for tests: a real Safe on the test chain, its owners, and their seats."""

from decimal import Decimal

from django.conf import settings as django_settings
from pytest_django import Settings

from exchange.core import clock
from exchange.disputes.models import PanelSeat
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.panel import deploy_panel
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
