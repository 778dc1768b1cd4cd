"""`manage.py seed_demo`: people, offers and trades with play money, on the local chain only."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exchange.core import clock
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.seed import seed


class Command(BaseCommand):
    """Fill an empty demo; one that has trades is left as it is."""

    help = "Seed the demo with people, offers, a month of finished trades and a few open ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much history to play."""
        parser.add_argument("--trades", type=int, default=settings.DEMO_TRADES, help="finished trades to play")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed."""
        if not settings.DEMO:
            raise CommandError("The demo exists on the local chain only; set DEMO=1 and CHAIN_ID=31337.")
        seed(
            DemoChain(settings.CHAIN_RPC_URLS[0]),
            trades=options["trades"],
            confirmations=settings.CONFIRMATIONS,
            now=clock.now(),
            say=self.stdout.write,
        )
