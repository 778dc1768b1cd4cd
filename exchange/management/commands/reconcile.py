"""`manage.py reconcile`: our books against the contract, to the wei; exit code 1 on a difference."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from escrow import deployment
from escrow.errors import RpcError, Unavailable
from escrow.indexer.alarm import clear_alarm
from escrow.reconcile import Report, reconcile
from escrow.registry import Place
from escrow.rpc import chain

# While trading goes on the tables may move under a comparison.
TRIES = 10


class Command(BaseCommand):
    """Compare and print."""

    help = "Compare open escrows, statuses and credits with the contract; exit 1 on a difference."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        """`--clear-alarm` is a person's word that the trades undone by a deep reorganisation were looked at."""
        parser.add_argument("--clear-alarm", action="store_true", help="lift the reorganisation alarm if all is equal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, for each chain, each difference and a last line that sums up."""
        clean = True
        for place in deployment.places():
            try:
                report = self._compare(place)
            except RpcError as error:
                raise CommandError(f"Nothing was compared on {place.name}: {error}") from error
            for difference in report.differences:
                self.stdout.write(str(difference))
            self.stdout.write(
                f"{place.name}, block {report.block_number}: {report.trades} trades, {report.credits} credits, "
                f"{'equal to the wei' if report.is_clean else 'NOT EQUAL'}"
            )
            clean = clean and report.is_clean
        if not clean:
            sys.exit(1)
        if options["clear_alarm"]:
            for place in deployment.places():
                clear_alarm(chain_id=place.chain_id)
            self.stdout.write("the reorganisation alarm is lifted")

    def _compare(self, place: Place) -> Report:
        read, contracts = chain(chain_id=place.chain_id), deployment.contracts(place.chain_id)
        for _ in range(TRIES - 1):
            try:
                return reconcile(read, contracts=contracts)
            except Unavailable:
                time.sleep(0.3)
        return reconcile(read, contracts=contracts)
