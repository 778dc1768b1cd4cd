"""Trades at every stage, on a real chain: Sara sells, Ben buys, and each step is what their wallets would do."""

import time
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings

from escrow import abi, calls, deployment
from escrow.calls import Call
from escrow.deploy import deploy_demo_token, deploy_escrow
from escrow.indexer.step import Follower
from escrow.keeper.loop import Keeper
from escrow.keeper.signer import KeySigner
from escrow.models import Intent
from escrow.queries import FinalEvent
from escrow.relay import IntentView
from escrow.rpc import Node, chain
from exchange.core import clock
from exchange.disputes import actions as disputes
from exchange.disputes import rulings
from exchange.trades import actions, queries, relaying, settling
from exchange.trades.models import Trade
from exchange.trades.project import on_chain_step
from exchange.trades.view import TradeView, terms_to_sign, trade_view
from tests.builders import Actor, ben, carol, offer, sara, wallet

STATEMENT = "I sent 250.00 EUR by SEPA Instant at 14:10 and have the receipt of my bank with name and time on it. " * 2
FINDINGS = (
    "The bank's receipt shows that the buyer sent a part of the amount in time, from an account in his name. " * 3
)


def node() -> Node:
    """Return the test chain."""
    return Node(settings.CHAIN_RPC_URLS[0])


@cache
def deployed() -> str:
    """Return the escrow on the test chain, deployed once a process."""
    key = "0x" + bytes(wallet(0).key).hex()
    deploy_demo_token(settings.CHAIN_RPC_URLS[0], key)
    return deploy_escrow(settings.CHAIN_RPC_URLS[0], key)


def send(by: Actor, call: Call) -> str:
    """Send a transaction from an actor's wallet and return its hash; it is mined at once."""
    chain_ = node()
    transaction: dict[str, Any] = {
        "type": 2,
        "chainId": call.chain_id,
        "nonce": int(chain_.call("eth_getTransactionCount", by.address, "pending"), 16),
        "to": call.to,
        "data": call.data,
        "value": call.value,
        "gas": 500_000,
        "maxFeePerGas": 10**11,
        "maxPriorityFeePerGas": 10**9,
    }
    raw = "0x" + bytes(by.wallet.sign_transaction(transaction).raw_transaction).hex()
    tx_hash: str = chain_.call("eth_sendRawTransaction", raw)
    assert _status(tx_hash) == 1, "the transaction reverted"
    return tx_hash


def _status(tx_hash: str) -> int:
    for _ in range(500):
        receipt = node().call("eth_getTransactionReceipt", tx_hash)
        if receipt is not None:
            return int(receipt["status"], 16)
        time.sleep(0.01)
    raise AssertionError("the transaction was not mined")


def index() -> None:
    """Read the chain to its end and project what is final, as the indexer's process does."""
    follower = Follower(chain(), contracts=deployment.contracts(), start=0, confirmations=settings.CONFIRMATIONS)
    while True:
        step = follower.step()
        on_chain_step(step.changed)
        if not step.has_more:
            return


def keep() -> None:
    """Have the keeper send what is due, then index."""
    keeper = Keeper(chain(), signer=KeySigner("0x" + bytes(wallet(0).key).hex()))
    try:
        keeper.step()
        for intent in Intent.objects.filter(state="sent"):
            _status(intent.tx_hash)
        keeper.step()
    finally:
        keeper.close()
    index()


def pass_time(seconds: int) -> None:
    """Move the chain's clock forward, mine a block and index it."""
    node().call("evm_increaseTime", seconds)
    node().call("evm_mine")
    index()


@dataclass(kw_only=True)
class Deal:
    """A trade and its two people."""

    trade: Trade
    seller: Actor
    buyer: Actor

    @property
    def code(self) -> str:
        """The public code."""
        return self.trade.code

    def fresh(self) -> Trade:
        """Return the trade as the database has it now."""
        self.trade = queries.trade_by_code(self.trade.code)
        return self.trade

    def view(self, by: Actor) -> TradeView:
        """Return what an actor sees."""
        return trade_view(self.fresh(), by.account, clock.now())

    def sign_terms(self, by: Actor) -> Trade:
        """Have an actor sign the Terms."""
        signature = by.sign(terms_to_sign(self.trade))
        return actions.sign_terms(self.code, by=by.account, signature=signature, now=clock.now())

    def fund(self) -> str:
        """Lock the coins by the seller's own transaction, without indexing."""
        approval = relaying.approval_of(self.trade)
        if approval is not None:
            send(self.seller, approval)
        return send(self.seller, relaying.call_of(self.trade, action="fund"))

    def signature(self, by: Actor, action: str, *, until: int | None = None) -> tuple[str, int]:
        """Return an actor's signature of an act and until when it is good."""
        valid_until = until if until is not None else clock.to_unix(clock.now()) + 3600
        return by.sign(relaying.typed_data_of(self.trade, action=action, valid_until=valid_until)), valid_until

    def relay(self, by: Actor, action: str) -> IntentView:
        """Have an act relayed by signature; the keeper has not sent it yet."""
        signature, until = self.signature(by, action)
        return actions.relay(
            self.code, by=by.account, action=action, signature=signature, valid_until=until, now=clock.now()
        )

    def relay_raw(self, by: Actor, action: str) -> IntentView:
        """Ask for an act by any name."""
        until = clock.to_unix(clock.now()) + 3600
        return actions.relay(
            self.code, by=by.account, action=action, signature="0x", valid_until=until, now=clock.now()
        )

    def act(self, by: Actor, action: str) -> Trade:
        """Have an act relayed, mined and projected."""
        self.relay(by, action)
        keep()
        return self.fresh()

    def send_own(self, by: Actor, action: str) -> str:
        """Do an act by an actor's own transaction, without indexing."""
        return send(by, calls.act(action, queries.terms_of(self.trade), queries.domain_of(self.trade)))

    def settle(self, by: Actor, buyer_bps: int) -> settling.Settlement:
        """Have an actor sign a split."""
        signature = by.sign(settling.typed_data_of(self.trade, buyer_bps=buyer_bps))
        return actions.settle(self.code, by=by.account, buyer_bps=buyer_bps, signature=signature, now=clock.now())

    def rule(self, by: Actor, buyer_bps: int, *, reason_code: int = 3) -> rulings.Decision:
        """Have the arbiter sign a ruling."""
        until = clock.to_unix(clock.now()) + 3600
        typed_data = rulings.typed_data_of(self.trade, buyer_bps=buyer_bps, reason_code=reason_code, valid_until=until)
        return disputes.rule(
            self.code,
            by=by.account,
            buyer_bps=buyer_bps,
            reason_code=reason_code,
            findings=FINDINGS,
            signature=by.sign(typed_data),
            valid_until=until,
            now=clock.now(),
        )


def taken(*, maker: Actor | None = None, taker: Actor | None = None, fiat: str = "250.00", **changes: Any) -> Deal:
    """Return a trade that Ben has just taken from Sara's offer (or as said); nobody has signed yet."""
    deployed()
    by_maker, by_taker = maker or sara(), taker or ben()
    made = offer(by_maker, **changes)
    method = changes.get("methods", ("sepa-instant",))[0]
    trade = actions.take(made.code, by=by_taker.account, amount_fiat=Decimal(fiat), method=method, now=clock.now())
    maker_sells = made.side == "sell"
    return Deal(
        trade=trade,
        seller=by_maker if maker_sells else by_taker,
        buyer=by_taker if maker_sells else by_maker,
    )


def agreed(**changes: Any) -> Deal:
    """Return a trade that waits for the lock."""
    deal = taken(**changes)
    deal.sign_terms(deal.buyer if deal.trade.taker_id == deal.trade.buyer_id else deal.seller)
    deal.fresh()
    return deal


def funded(**changes: Any) -> Deal:
    """Return a trade whose coins are locked beyond doubt."""
    deal = agreed(**changes)
    deal.fund()
    index()
    deal.fresh()
    return deal


def paid(**changes: Any) -> Deal:
    """Return a trade that the buyer has marked paid, by signature."""
    deal = funded(**changes)
    deal.act(deal.buyer, "mark_paid")
    return deal


def disputed(**changes: Any) -> Deal:
    """Return a trade that the seller has disputed, by signature."""
    deal = paid(**changes)
    deal.act(deal.seller, "dispute")
    return deal


def claimed(**changes: Any) -> Deal:
    """Return a disputed trade whose case Carol has claimed."""
    deal = disputed(**changes)
    disputes.follow_dispute(deal.code)
    disputes.claim(deal.code, by=carol().account, now=clock.now())
    deal.fresh()
    return deal


_position = iter(range(10**6, 10**9))


def event(name: str, trade: Trade, **args: Any) -> FinalEvent:
    """Return a final event of `trade` as the indexer would hand it over, for tests of order and repetition."""
    position = next(_position)
    return FinalEvent(
        position=position,
        event_id=position,
        name=name,
        trade_id=trade.trade_id,
        args={"tradeId": trade.trade_id, **args},
        tx_hash="0x" + f"{position:064x}",
        block_number=position,
        block_hash="0x" + f"{position:064x}",
        block_time=clock.from_unix(clock.to_unix(clock.now())),
        chain_id=int(trade.chain_id),
        contract=trade.contract,
    )


def deploy_demo_dollars(to: Actor, dollars: int) -> None:
    """Mint Demo Dollars to an actor."""
    data = abi.encode_words("mint", ("address", "uint256"), to.address, dollars * 10**6)
    send(to, Call(to=deployment.demo_token_address(), data=data, value=0, chain_id=settings.CHAIN_ID))


def coins(address: str) -> int:
    """Return an account's native coins on the test chain, wei."""
    return int(node().call("eth_getBalance", address, "latest"), 16)
