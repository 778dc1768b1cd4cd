"""People who trade at random, by a seed: what goes on on the chain while something goes wrong between it and us."""

import random
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account as Wallet

from escrow import calls, deployment
from escrow.errors import Unavailable
from escrow.indexer.rebuild import rebuild, snapshot
from escrow.indexer.step import Follower
from escrow.models import ChainEvent
from escrow.reconcile import reconcile
from escrow.rpc import Chain
from escrow.terms import Terms
from tests.chain.world import ETHER, World

CHAIN_ID = 31337
PATIENCE = 120
# What a party may do next with a trade in this status, and what that leads to.
MOVES: dict[str, list[tuple[str, str, str]]] = {
    "funded": [("mark_paid", "ben", "paid"), ("release", "sara", "over"), ("cancel", "ben", "over")],
    "paid": [("release", "sara", "over"), ("dispute", "ben", "disputed"), ("cancel", "ben", "over")],
    "disputed": [("release", "sara", "over"), ("cancel", "ben", "over")],
}


@dataclass
class Trading:
    """A few trades on `world`'s chain from block `start` on; their fees go to an account of this run alone."""

    world: World
    seed: int
    confirmations: int = 3
    open: dict[str, tuple[Terms, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.fees_to = str(Wallet.create().address)
        self.world.mine()
        self.start = self.world.height()

    def act(self) -> None:
        """Do one thing: fund a new trade, move one on, or mine blocks in which nothing happens."""
        kind = self.chance.random()
        if kind < 0.2:
            self.world.mine(self.chance.randint(1, 4))
        elif kind < 0.55 or not self.open:
            self.fund()
        else:
            key = self.chance.choice(sorted(self.open))
            terms, status = self.open[key]
            action, by, after = self.chance.choice(MOVES[status])
            self.world.act(action, terms, by=by)
            self.open[key] = (terms, after)
            if after == "over":
                del self.open[key]

    def fund(self) -> Terms:
        """Fund a new trade."""
        terms = self.terms()
        self.world.fund(terms)
        self.open[self.world.trade_id(terms)] = (terms, "funded")
        return terms

    def terms(self) -> Terms:
        """Return terms of this run."""
        amount = ETHER // 1_000 + self.chance.randrange(10**9)
        return self.world.terms(amount=amount, fee_recipient=self.fees_to, salt=secrets.randbits(256))

    def signed(self, call: Any, *, by: str) -> str:
        """Return a person's signed transaction of a call."""
        return self.world.sign_raw(call, by=by)

    def fund_call(self, terms: Terms) -> Any:
        """Return the call that funds a trade."""
        return calls.fund(terms, self.world.domain)

    def forget(self) -> None:
        """The chain took blocks back: ask the contract which trades there are still."""
        names = ("none", "funded", "paid", "disputed")
        for key, (terms, _) in list(self.open.items()):
            status = self.world.status(terms)
            if 0 < status < len(names):
                self.open[key] = (terms, names[status])
            else:
                del self.open[key]

    def follower(self, chain: Chain) -> Follower:
        """Return an indexer that begins where this run began."""
        return Follower(chain, contracts=deployment.contracts(), start=self.start, confirmations=self.confirmations)

    def honest_chain(self) -> Chain:
        """Return a door of its own to the node itself."""
        return Chain([self.world.url], chain_id=CHAIN_ID, contracts=deployment.contracts())

    def catch_up(self, follower: Follower) -> None:
        """Follow to the newest block; a busy machine may take longer to answer than the test lets a node take."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if follower.step().kind == "idle":
                    return
            except Unavailable:
                if time.monotonic() > deadline:
                    raise

    def expect_equal_to_a_fresh_look(self) -> None:
        """Assert that the tables are, row for row, what reading the chain anew gives; that nothing is there twice."""
        before = snapshot(chain_id=CHAIN_ID)
        places = [(row[2], row[5]) for row in before["events"]]
        assert len(places) == len(set(places)), "an event is there twice"
        positions = list(ChainEvent.objects.filter(state="final").values_list("final_seq", flat=True))
        assert len(positions) == len(set(positions))
        chain = self.honest_chain()
        outcome = rebuild(chain, follower=self.follower(chain), start=self.start)
        assert outcome.different == (), f"seed {self.seed}: {outcome.different} differ from a fresh look"
        report = reconcile(chain, contracts=deployment.contracts())
        assert report.is_clean, f"seed {self.seed}: {report.differences}"
