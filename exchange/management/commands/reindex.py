"""`manage.py reindex`: every table derived from the chain built anew; exit code 1 if that changed anything."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from escrow import deployment
from escrow.errors import RpcError
from escrow.indexer.rebuild import Outcome, rebuild
from escrow.indexer.step import Follower
from escrow.registry import Place
from escrow.rpc import chain
from exchange.trades.project import on_chain_step


class Command(BaseCommand):
    """Rebuild and compare."""

    help = "Rebuild blocks, events, escrows and credits from the chain and say whether they were right."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Catch up and rebuild each chain, and print whether anything had to be put right."""
        wrong = False
        for place in deployment.places():
            try:
                outcome = self._rebuild(place)
            except RpcError as error:
                raise CommandError(f"Nothing was changed: {error}") from error
            on_chain_step([])
            told = "equal to what was there" if not outcome.different else f"DIFFERENT: {', '.join(outcome.different)}"
            self.stdout.write(f"{place.name}: {outcome.events} events, {outcome.escrows} escrows: {told}")
            wrong = wrong or bool(outcome.different)
        if wrong:
            sys.exit(1)

    def _rebuild(self, place: Place) -> Outcome:
        read, start = chain(chain_id=place.chain_id), deployment.start_block(place.chain_id)
        contracts = deployment.contracts(place.chain_id)
        follower = Follower(read, contracts=contracts, start=start, confirmations=place.confirmations)
        while follower.step().has_more:
            pass
        return rebuild(read, follower=follower, start=start)
