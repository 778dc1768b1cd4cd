"""Striking a keeper, or its database, at each numbered step of sending (`escrow/keeper/send.py`, `watch.py`)."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import Error, connection

from escrow.events import STATUSES
from escrow.models import Attempt, Intent
from escrow.terms import Terms
from tests.chain.gate import Fate, Gate, Moment, Passing, gate_before, let_pass
from tests.chain.keeping import ask, sent_by_kim
from tests.chain.nursery import Keeping, Nursery, open_nursery
from tests.chain.signer_servers import SignerServer, serving
from tests.chain.world import World

PATIENCE = 60
# What is waited for in the database is the row lock of step 6; every other step shows itself at the gate or the signer.
STEPS = {
    1: "before the call is tried",
    2: "when its gas is estimated",
    3: "when the fees are read",
    4: "when the nonce is chosen",
    5: "when the signer is asked",
    6: "in the middle of the storing transaction",
    7: "stored, before the node has it",
    8: "the node has it, the keeper does not know",
    9: "when the broadcast is noted",
    10: "when the receipt is seen",
    11: "when the receipt is noted",
}
_AT_GATE: dict[int, tuple[Moment, str]] = {
    1: (Moment.BEFORE, "eth_call"),
    2: (Moment.AFTER, "eth_estimateGas"),
    3: (Moment.AFTER, "eth_maxPriorityFeePerGas"),
    4: (Moment.AFTER, "eth_getTransactionCount"),
    7: (Moment.BEFORE, "eth_sendRawTransaction"),
    8: (Moment.AFTER, "eth_sendRawTransaction"),
}


@dataclass
class Scene:
    """A chain, a gate before it, a signer, and a place where keepers come from."""

    world: World
    nursery: Nursery
    gate: Gate
    signer: SignerServer

    def keeper(self) -> Keeping:
        """Start one more keeper."""
        return self.nursery.keeper(rpc=self.gate.url, signer=self.signer.url)


@contextmanager
def scene(world: World, *, log: Path) -> Generator[Scene]:
    """Set it up, and leave no process behind."""
    with ExitStack() as stack:
        gate = stack.enter_context(gate_before(world.url))
        signer = stack.enter_context(serving("web3signer"))
        yield Scene(world, stack.enter_context(open_nursery(world, log=log)), gate, signer)


@dataclass
class Trap:
    """Strikes once, at one step; `struck` is set when it has."""

    step: int
    strike: Callable[[], None]
    struck: threading.Event = field(default_factory=threading.Event)
    _seen: bool = False

    def arm(self, at: Scene) -> None:
        """Wait for the step at the gate and at the signer."""
        at.gate.script = self._at_gate
        at.signer.on_request = self._at_signer

    def disarm(self, at: Scene) -> None:
        """Let everything pass again."""
        at.gate.script = let_pass
        at.signer.on_request = lambda: None

    def spring(self) -> Fate:
        """Strike, unless it has been done."""
        if self.struck.is_set():
            return Fate.PASS
        self.strike()
        self.struck.set()
        return Fate.CUT

    def _at_signer(self) -> None:
        if self.step == 5:
            self.spring()

    def _at_gate(self, passing: Passing) -> Fate:
        if self.step in _AT_GATE:
            moment, method = _AT_GATE[self.step]
            return self.spring() if passing.moment is moment and passing.is_about(method) else Fate.PASS
        if self.step == 10 and passing.shows_receipt:
            return self.spring()
        if self.step in {9, 11} and self._seen and passing.moment is Moment.BEFORE:
            return self.spring()
        noted = passing.shows_receipt if self.step == 11 else passing.is_about("eth_sendRawTransaction")
        self._seen = self._seen or (self.step in {9, 11} and noted and passing.moment is Moment.AFTER)
        return Fate.PASS

    def wait(self, at: Scene) -> None:
        """Return once it has struck."""
        if self.step == 6:
            self._hold_the_row()
        assert self.struck.wait(PATIENCE), f"step {self.step} never came"
        self.disarm(at)

    def _hold_the_row(self) -> None:
        """Keep the keeper waiting inside its storing transaction, and strike there."""
        parameters: dict[str, Any] = connection.get_connection_params()
        with psycopg.connect(**parameters) as holder:
            holder.execute("SELECT id FROM escrow_intent WHERE state = 'queued' FOR UPDATE")
            until(is_somebody_waiting, what="the keeper stores")
            self.spring()
            if not holder.broken:
                try:
                    holder.rollback()
                except psycopg.Error:
                    return


def is_somebody_waiting() -> bool:
    """Return whether another connection waits for a lock on a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def until(condition: Callable[[], bool], *, what: str) -> None:
    """Return as soon as `condition` holds; a database that is away for a moment is waited for as well."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if condition():
                return
        except Error:
            connection.close()
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.01)


def is_at(world: World, terms: Terms, status: str) -> bool:
    """Return whether the chain itself says so."""
    return STATUSES[world.status(terms)] == status


def request(world: World, action: str, terms: Terms, *, by: str) -> None:
    """Ask the relay, as a user's request does."""
    ask(world, action, terms, by=by)


def count_events(world: World, terms: Terms) -> dict[str, int]:
    """Return how often each event of a trade stands on the chain, by number of topics and data: Paid, Released."""
    query = {"fromBlock": "0x0", "toBlock": "latest", "address": world.domain.contract}
    logs = [log for log in world.rpc("eth_getLogs", query) if log["topics"][1] == world.trade_id(terms)]
    found: dict[str, int] = {}
    for log in logs:
        found[log["topics"][0]] = found.get(log["topics"][0], 0) + 1
    return found


def assert_sent_once(world: World, trades: list[Terms], *, acts: int) -> None:
    """Everything asked for happened, exactly once, and the keeper's books know it."""
    world.catch_up()
    until(lambda: not Intent.objects.filter(closed_at=None).exists(), what="the final events close all wishes")
    for terms in trades:
        counts = count_events(world, terms)
        assert set(counts.values()) == {1}, counts
    assert sent_by_kim(world) == acts
    assert set(Intent.objects.values_list("state", flat=True)) == {"mined"}
    assert Attempt.objects.count() == acts, "never other bytes for the same call"
