"""`manage.py runindexer`: follows the chain and tells the trades after each committed step."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from escrow import deployment
from escrow.indexer.step import Follower, Step
from escrow.indexer.store import LostRace
from escrow.loop import Finished, run_each_forever, stop_on_signals
from escrow.registry import Place
from escrow.rpc import chain
from exchange.trades.project import on_chain_step

# While catching up, a line about every so many seconds.
PROGRESS_SECONDS = 2
log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Read the chain until told to stop."""

    help = "Follow the escrow contracts' events; stop with SIGTERM or Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        """`--once` is for scripts."""
        parser.add_argument("--once", action="store_true", help="catch up with the newest block and leave")

    def handle(self, *args: Any, **options: Any) -> None:
        """Step for ever, on every chain."""
        stop = stop_on_signals()
        reading = [Reading(place, once=bool(options["once"]), say=self.stdout.write) for place in deployment.places()]
        run_each_forever(
            {f"the indexer of {one.name}": one.step for one in reading},
            pause=settings.INDEXER_POLL_MS / 1000,
            stop=stop,
        )


class Reading:
    """One chain being followed, in a thread of its own."""

    def __init__(self, place: Place, *, once: bool, say: Callable[[str], None]) -> None:
        self.name = place.name
        self._once = once
        self._say = say
        self._told_at = 0.0
        # Trades whose news the product has not heard yet; at the start, whatever was final when we were stopped.
        self._news: set[str] | None = set()
        self._follower = Follower(
            chain(chain_id=place.chain_id),
            contracts=deployment.contracts(place.chain_id),
            start=deployment.start_block(place.chain_id),
            confirmations=place.confirmations,
        )

    def step(self) -> bool:
        """Do one step and return whether there is more. Raises `Finished` at the newest block, if that is enough."""
        try:
            step = self._follower.step()
        except LostRace:
            return True
        if step.changed or step.finals:
            self._news = (self._news or set()) | step.changed
        self._pass_on()
        self._report(step)
        if self._once and not step.has_more:
            raise Finished
        return step.has_more

    def _pass_on(self) -> None:
        """Tell the product. Its failure is not ours: the chain is followed on, and the news are told again later."""
        if self._news is None:
            return
        try:
            on_chain_step(sorted(self._news))
            self._news = None
        except Exception:
            log.exception("the trades could not be told of a step; it will be tried again")
            connection.close()

    def _report(self, step: Step) -> None:
        if step.has_more and time.monotonic() - self._told_at > PROGRESS_SECONDS:
            self._told_at = time.monotonic()
            done = 100 * max(step.position, 0) // max(step.head, 1)
            self._say(f"{self.name}, catching up: block {step.position:,} of {step.head:,} ({done} %)")
