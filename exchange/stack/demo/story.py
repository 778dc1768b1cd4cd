"""Plays trades for the demo: every step through the product's actions, every coin through the contract."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from escrow import abi, calls, deployment
from escrow.calls import Call
from escrow.indexer.step import Follower
from escrow.rpc import chain
from escrow.terms import ZERO, terms_typed_data
from exchange.disputes import actions as disputes
from exchange.disputes import rulings
from exchange.prices import actions as prices
from exchange.prices.sources.demo import demo_sources
from exchange.stack.demo.book import Standing
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.people import Person
from exchange.trades import actions as trades
from exchange.trades import queries
from exchange.trades.models import Trade
from exchange.trades.project import on_chain_step

SELLER_SAYS = (
    "The buyer marked the trade paid, but only a part of the agreed amount has reached my account. I looked three "
    "times and asked in the chat; there was no clear answer about the rest of the money."
)
BUYER_SAYS = (
    "I sent the money in two transfers because my bank has a daily limit. The first one has arrived, the second one "
    "was executed this morning. I have the confirmation of both from my bank."
)
FINDINGS = (
    "The bank statements of both sides show that the first transfer arrived and the second one was returned by the "
    "receiving bank. The buyer therefore paid sixty of a hundred parts of the agreed amount, and the coins are split "
    "in the same proportion. Neither side acted in bad faith as far as the evidence shows."
)


@dataclass(slots=True)
class Story:
    """One stage: the chain, the indexer that follows it, and the moment it is on stage."""

    node: DemoChain
    follower: Follower
    confirmations: int
    now: datetime

    def pass_time(self, *, seconds: int = 0, minutes: int = 0) -> None:
        """Let time pass on stage: the chain's next block carries it."""
        self.now += timedelta(seconds=seconds, minutes=minutes)

    def open_market(self) -> None:
        """Have the market's sources read, as takers of floating offers need."""
        prices.read_sources(demo_sources(), now=self.now)

    def take(self, standing: Standing, *, by: Person, fiat: Decimal, method: str) -> Trade:
        """Have `by` take the offer at the market's price of the moment and sign the terms."""
        self.open_market()
        trade = trades.take(standing.offer.code, by=by.account, amount_fiat=fiat, method=method, now=self.now)
        typed_data = terms_typed_data(queries.terms_of(trade), queries.domain_of(trade))
        return trades.sign_terms(trade.code, by=by.account, signature=by.sign(typed_data), now=self.now)

    def fund(self, trade: Trade) -> None:
        """Lock the coins by the seller's own transactions."""
        terms, domain = queries.terms_of(trade), queries.domain_of(trade)
        if terms.token != ZERO:
            mint = abi.encode_words("mint", ("address", "uint256"), terms.seller, terms.amount)
            approval = calls.approve(terms, domain)
            assert approval is not None
            self._send(Call(to=terms.token, data=mint, value=0, chain_id=domain.chain_id), by=terms.seller)
            self._send(approval, by=terms.seller)
        self._send(calls.fund(terms, domain), by=terms.seller)
        self.catch_up()

    def act(self, trade: Trade, action: str, *, by: Person) -> None:
        """Do one of the parties' acts by its own transaction."""
        terms, domain = queries.terms_of(trade), queries.domain_of(trade)
        self._send(calls.act(action, terms, domain), by=by.account.address)
        self.catch_up()

    def dispute(self, trade: Trade, *, seller: Person, buyer: Person) -> None:
        """Open a case by the seller, with the statements of both."""
        code = trade.code
        disputes.open_case(
            code, by=seller.account, reason="wrong-amount", wish_bps=4000, statement=SELLER_SAYS, now=self.now
        )
        self.act(trade, "dispute", by=seller)
        disputes.add_statement(
            code, by=buyer.account, reason="other", wish_bps=10_000, statement=BUYER_SAYS, now=self.now
        )

    def rule(self, trade: Trade, *, arbiter: Person, buyer_bps: int) -> None:
        """Have the arbiter claim the case and split."""
        disputes.claim(trade.code, by=arbiter.account, now=self.now)
        rulings.rule(
            trade.code, by=arbiter.account, buyer_bps=buyer_bps, reason_code=3, findings=FINDINGS, now=self.now
        )
        terms, domain = queries.terms_of(trade), queries.domain_of(trade)
        call = calls.resolve(terms, domain, buyer_bps=buyer_bps, reason_code=3)
        self._send(call, by=arbiter.account.address)
        self.catch_up()

    def catch_up(self) -> None:
        """Let what was mined become final, and the indexer and the projection see it."""
        self.node.mine(self.confirmations - 1)
        self.now += timedelta(seconds=self.confirmations - 1)
        changed: set[str] = set()
        while True:
            step = self.follower.step()
            changed |= step.changed
            if not step.has_more:
                break
        on_chain_step(sorted(changed))

    def _send(self, call: Call, *, by: str) -> None:
        self.now += timedelta(seconds=1)
        self.node.send(call, by=by, at=self.now)


def open_stage(node: DemoChain, *, confirmations: int, now: datetime) -> Story:
    """Return a stage on `node` at `now`."""
    follower = Follower(
        chain(), contracts=deployment.contracts(), start=deployment.start_block(), confirmations=confirmations
    )
    return Story(node=node, follower=follower, confirmations=confirmations, now=now)
