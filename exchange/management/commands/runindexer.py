"""`manage.py runindexer`: follows the chain and tells the trades after each committed step."""

import logging
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from escrow import deployment
from escrow.indexer.step import Follower, Step
from escrow.indexer.store import LostRace
from escrow.loop import run_forever, stop_on_signals
from escrow.rpc import chain
from exchange.trades.project import on_chain_step

# While catching up, a line about every so many seconds.
PROGRESS_SECONDS = 2
log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Read the chain until told to stop."""

    help = "Follow the escrow contract's events; stop with SIGTERM or Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        """`--once` is for scripts."""
        parser.add_argument("--once", action="store_true", help="catch up with the newest block and leave")

    def handle(self, *args: Any, **options: Any) -> None:
        """Step for ever."""
        self.once = bool(options["once"])
        self.told_at = 0.0
        # Trades whose news the product has not heard yet; at the start, whatever was final when we were stopped.
        self.news: set[str] | None = set()
        self.stop: threading.Event = stop_on_signals()
        self.follower = Follower(
            chain(),
            contracts=deployment.contracts(),
            start=deployment.start_block(),
            confirmations=settings.CONFIRMATIONS,
        )
        run_forever(self._step, name="the indexer", pause=settings.INDEXER_POLL_MS / 1000, stop=self.stop)

    def _step(self) -> bool:
        try:
            step = self.follower.step()
        except LostRace:
            return True
        if step.changed or step.finals:
            self.news = (self.news or set()) | step.changed
        self._pass_on()
        self._report(step)
        if self.once and not step.has_more:
            self.stop.set()
        return step.has_more

    def _pass_on(self) -> None:
        """Tell the product. Its failure is not ours: the chain is followed on, and the news are told again later."""
        if self.news is None:
            return
        try:
            on_chain_step(sorted(self.news))
            self.news = None
        except Exception:
            log.exception("the trades could not be told of a step; it will be tried again")
            connection.close()

    def _report(self, step: Step) -> None:
        if step.has_more and time.monotonic() - self.told_at > PROGRESS_SECONDS:
            self.told_at = time.monotonic()
            done = 100 * max(step.position, 0) // max(step.head, 1)
            self.stdout.write(f"catching up: block {step.position:,} of {step.head:,} ({done} %)")
