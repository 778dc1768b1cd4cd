"""`manage.py runindexer`: follows the chain and tells the trades after each committed step."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from escrow import deployment
from escrow.indexer.heads import Heads
from escrow.indexer.step import Follower, Impossible, Step
from escrow.indexer.store import LostRace
from escrow.indexer.watch import Watch
from escrow.loop import Finished, run_each_forever, stop_on_signals
from escrow.registry import Place
from escrow.rpc import chain
from exchange.trades.project import on_chain_step

# While catching up, a line about every so many seconds.
PROGRESS_SECONDS = 2
# While pushes come, polling is a safety net and so much rarer; no wait is longer than this, so that we can be stopped.
POLLS_SAVED, LONGEST_WAIT = 10, 0.5
# Histories that cannot be, one after another, before the tables themselves are suspected and built anew.
MOST_IMPOSSIBLE = 3
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
        once = bool(options["once"])
        reading = [Reading(place, once=once, say=self.stdout.write, stop=stop) for place in deployment.places()]
        run_each_forever(
            {f"the indexer of {one.name}": one.step for one in reading},
            pause=settings.INDEXER_POLL_MS / 1000,
            stop=stop,
            rests={f"the indexer of {one.name}": one.rest for one in reading},
        )


class Reading:
    """One chain being followed, in a thread of its own."""

    def __init__(self, place: Place, *, once: bool, say: Callable[[str], None], stop: threading.Event) -> None:
        self.name = place.name
        self._place = place
        self._once = once
        self._say = say
        self._stop = stop
        self._told_at = 0.0
        self._impossible = 0
        # Trades whose news the product has not heard yet; at the start, whatever was final when we were stopped.
        self._news: set[str] | None = set()
        self._chain = chain(chain_id=place.chain_id)
        self._follower = self._new_follower()
        self._watch = Watch(
            self._chain,
            contracts=deployment.contracts(place.chain_id),
            start=deployment.start_block(place.chain_id),
            new_follower=self._new_follower,
        )
        self._wake = threading.Event()
        self._heads = Heads(place.rpc_urls[0], wake=self._wake, stop=stop)
        if not once:
            self._heads.start()

    def step(self) -> bool:
        """Do one step and return whether there is more. Raises `Finished` at the newest block, if that is enough."""
        self._wake.clear()
        try:
            step = self._follower.step(pushed=self._heads.take())
        except LostRace:
            return True
        except Impossible:
            self._impossible += 1
            if self._impossible == MOST_IMPOSSIBLE:
                self._impossible = 0
                self._watch.mend()
            raise
        finally:
            self._watch.report(disagree_at=self._follower.disagree_at)
        self._impossible = 0
        changed = step.changed | self._watch.look(step)
        if changed or step.finals:
            self._news = (self._news or set()) | changed
        self._pass_on(step)
        self._report(step)
        if self._once and not step.has_more:
            raise Finished
        return step.has_more

    def rest(self) -> None:
        """Wait for a push of the node, or for the next time to ask by ourselves: rarely while pushes come."""
        pause = settings.INDEXER_POLL_MS / 1000
        left = pause * POLLS_SAVED if self._heads.is_live else pause
        while left > 0 and not self._stop.is_set() and not self._wake.wait(min(left, LONGEST_WAIT)):
            left -= LONGEST_WAIT

    def _new_follower(self) -> Follower:
        return Follower(
            self._chain,
            contracts=deployment.contracts(self._place.chain_id),
            start=deployment.start_block(self._place.chain_id),
            confirmations=self._place.confirmations,
        )

    def _pass_on(self, step: Step) -> None:
        """Tell the product. Its failure is not ours: the chain is followed on, and the news are told again later."""
        if self._news is None or (step.has_more and time.monotonic() - self._told_at <= PROGRESS_SECONDS):
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
