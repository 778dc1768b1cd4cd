"""`manage.py reindex`: every table derived from the chain built anew; exit code 1 if that changed anything."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escrow import deployment
from escrow.errors import RpcError
from escrow.indexer.rebuild import Outcome, rebuild
from escrow.indexer.step import Follower
from escrow.rpc import chain
from exchange.trades.project import on_chain_step


class Command(BaseCommand):
    """Rebuild and compare."""

    help = "Rebuild blocks, events, escrows and credits from the chain and say whether they were right."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Catch up, rebuild, and print whether anything had to be put right."""
        try:
            outcome = self._rebuild()
        except RpcError as error:
            raise CommandError(f"Nothing was changed: {error}") from error
        on_chain_step([])
        told = "equal to what was there" if not outcome.different else f"DIFFERENT: {', '.join(outcome.different)}"
        self.stdout.write(f"{outcome.events} events, {outcome.escrows} escrows: {told}")
        if outcome.different:
            sys.exit(1)

    def _rebuild(self) -> Outcome:
        start = deployment.start_block()
        follower = Follower(
            chain(), contracts=deployment.contracts(), start=start, confirmations=settings.CONFIRMATIONS
        )
        while follower.step().has_more:
            pass
        return rebuild(chain(), follower=follower, start=start)
