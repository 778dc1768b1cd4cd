"""`manage.py reconcile`: our books against the contract, to the wei; exit code 1 on a difference."""

import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escrow import deployment
from escrow.errors import RpcError, Unavailable
from escrow.indexer.step import clear_alarm
from escrow.reconcile import Report, reconcile
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
        """Print each difference and a last line that sums up."""
        try:
            report = self._compare()
        except RpcError as error:
            raise CommandError(f"Nothing was compared: {error}") from error
        for difference in report.differences:
            self.stdout.write(str(difference))
        self.stdout.write(
            f"block {report.block_number}: {report.trades} trades, {report.credits} credits, "
            f"{'equal to the wei' if report.is_clean else 'NOT EQUAL'}"
        )
        if not report.is_clean:
            sys.exit(1)
        if options["clear_alarm"]:
            clear_alarm(chain_id=settings.CHAIN_ID)
            self.stdout.write("the reorganisation alarm is lifted")

    def _compare(self) -> Report:
        for _ in range(TRIES - 1):
            try:
                return reconcile(chain(), contracts=deployment.contracts())
            except Unavailable:
                time.sleep(0.3)
        return reconcile(chain(), contracts=deployment.contracts())
