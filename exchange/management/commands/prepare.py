"""`manage.py prepare`: tables, catalogue, contract and demo data, in one process so that a warm start stays short.

Everything here may run again: each step leaves what is already there.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from exchange.core import clock
from exchange.prices.tasks import read_prices
from exchange.stack.chain_record import record_chain
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.panel import seat_panel
from exchange.stack.demo.seed import first_moment
from exchange.stack.environment import DEMO_PANEL
from exchange.stack.home import find_home


class Command(BaseCommand):
    """Make database and chain ready for the processes."""

    help = "Migrate, load the catalogue, deploy the escrow contract on a local chain and seed the demo."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in order."""
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        call_command("load_catalog")
        if not settings.DEMO:
            return
        home = find_home()
        node = DemoChain(settings.CHAIN_RPC_URLS[0])
        if node.height() == 0:
            # A month of demo history needs blocks of that month.
            node.turn_clock(first_moment(clock.now()))
        call_command("deploy_escrow")
        record_chain(home.chain_record, url=settings.CHAIN_RPC_URLS[0], escrow=settings.ESCROW_ADDRESS)
        seeded = home.root / "seeded"
        if not seeded.exists():
            call_command("seed_demo")
            seeded.touch()
        if settings.PANEL_ADDRESS == DEMO_PANEL:
            seat_panel(node)
        # The first page must not say that prices are old only because the worker has not read any yet.
        read_prices()
