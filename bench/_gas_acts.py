"""The acts that `bench.gas` measures: how each is brought about, its floor of work and its budget.

The floor's figures are those of the EIPs: 2929 (cold and warm access), 2200 and 3529 (storage), and of the yellow paper
for calls and logs. Import it when Django is set up.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from escrow import abi, calls, deployment
from escrow.calls import Call
from escrow.funding import PERMIT2, TokenDomain, authorization_typed_data, permit2_typed_data, permit_typed_data
from escrow.terms import ZERO, Terms
from tests.chain.world import ADDRESS, World, sign
from tests.escrow.test_funding import deploy_permit2

NEW_SLOT, CHANGED_SLOT, COLD_SLOT, COLD_ACCOUNT, WARM = 22_100, 5_000, 2_100, 2_600, 100
# Value sent on: 9,000 less the 2,300 that a plain account does not use. A transfer's log: three topics, one word.
VALUE, TRANSFER_LOG, RECOVER = 6_700, 375 + 3 * 375 + 8 * 32, 3_000
COINS_OUT = COLD_ACCOUNT + VALUE
TOKENS_OUT = COLD_ACCOUNT + 2 * CHANGED_SLOT + TRANSFER_LOG
TOKENS_IN = TOKENS_OUT + COLD_SLOT
SECOND_TOKENS_OUT = 2 * WARM + CHANGED_SLOT + TRANSFER_LOG
SIGNED = RECOVER + COLD_ACCOUNT
FOREVER = 2**48 - 1
DOLLARS = TokenDomain(name="Demo Dollar", version="1")
ETH, TOKEN = "ETH", "ERC-20"


@dataclass(frozen=True, slots=True)
class Act:
    """One act to measure: `run` brings a trade there and returns the hash of the transaction that counts."""

    name: str
    run: Callable[[], str]
    work: int
    budget: int


class Scene:
    """A chain in the steady state, on which trades are brought to where an act is possible."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.token = deployment.demo_token_address()
        self.numbers = itertools.count(1)
        deploy_permit2(world)
        for spender in (world.domain.contract, PERMIT2):
            data = abi.encode_words("approve", ("address", "uint256"), spender, 2**256 - 1)
            world.send(Call(to=self.token, data=data, value=0, chain_id=31337), by="sara")
        for asset in (ETH, TOKEN):
            self.release(asset)
            self.funded(asset)

    def terms(self, asset: str) -> Terms:
        """Return terms with every field as long as it usually is."""
        token, amount = (ZERO, 10**15) if asset == ETH else (self.token, 1_000_000)
        return self.world.terms(token=token, amount=amount, fee_bps=100)

    def fund(self, asset: str) -> str:
        return self.world.send(calls.fund(self.terms(asset), self.world.domain), by="sara")

    def funded(self, asset: str) -> Terms:
        terms = self.terms(asset)
        self.world.send(calls.fund(terms, self.world.domain), by="sara")
        return terms

    def paid(self, asset: str) -> Terms:
        terms = self.funded(asset)
        self.world.act("mark_paid", terms, by="ben")
        return terms

    def disputed(self, asset: str) -> Terms:
        terms = self.paid(asset)
        self.world.act("dispute", terms, by="ben")
        return terms

    def by_permit(self) -> str:
        terms, domain = self.terms(TOKEN), self.world.domain
        asked = abi.encode_words("nonces", ("address",), ADDRESS["sara"])
        nonce = int(self.world.rpc("eth_call", {"to": self.token, "data": asked}, "latest"), 16)
        typed = permit_typed_data(terms, domain, token=DOLLARS, nonce=nonce, deadline=FOREVER)
        call = calls.fund_by_permit(terms, domain, deadline=FOREVER, signature=sign("sara", typed))
        return self.world.send(call, by="sara")

    def by_authorization(self) -> str:
        terms, domain = self.terms(TOKEN), self.world.domain
        typed = authorization_typed_data(terms, domain, token=DOLLARS, valid_before=FOREVER)
        signature = sign("sara", typed)
        return self.stranger(calls.fund_by_authorization(terms, domain, valid_before=FOREVER, signature=signature))

    def by_permit2(self, word: int) -> str:
        """Fund with the next nonce of a word that is used already, or with the first of a new one."""
        terms, domain, nonce = self.terms(TOKEN), self.world.domain, next(self.numbers)
        nonce = nonce if word else 256 * nonce
        typed = permit2_typed_data(terms, domain, nonce=nonce, deadline=FOREVER)
        call = calls.fund_by_permit2(terms, domain, nonce=nonce, deadline=FOREVER, signature=sign("sara", typed))
        return self.stranger(call)

    def mark_paid(self, asset: str) -> str:
        return self.world.act("mark_paid", self.funded(asset), by="ben")

    def release(self, asset: str) -> str:
        return self.world.act("release", self.paid(asset), by="sara")

    def cancel(self, asset: str) -> str:
        return self.world.act("cancel", self.paid(asset), by="ben")

    def dispute(self, asset: str) -> str:
        return self.world.act("dispute", self.paid(asset), by="ben")

    def relayed(self, action: str, signer: str, asset: str) -> str:
        terms = self.funded(asset) if action == "mark_paid" else self.paid(asset)
        return self.stranger(self.world.signed_act(action, terms, by=signer))

    def resolve(self, asset: str) -> str:
        call = calls.resolve(self.disputed(asset), self.world.domain, buyer_bps=5000, reason_code=1)
        return self.world.send(call, by="carol")

    def resolve_relayed(self, asset: str) -> str:
        return self.stranger(self.world.ruling(self.disputed(asset), buyer_bps=5000))

    def settle(self, asset: str) -> str:
        return self.stranger(self.world.settlement(self.paid(asset), buyer_bps=5000))

    def refund_expired(self, asset: str) -> str:
        terms = self.funded(asset)
        self.world.jump(3601)
        return self.stranger(calls.refund_expired(terms, self.world.domain))

    def escalate(self, asset: str) -> str:
        terms = self.paid(asset)
        self.world.jump(3601)
        return self.stranger(calls.escalate(terms, self.world.domain))

    def stranger(self, call: Call) -> str:
        return self.world.send(call, by="mallory")


def acts(world: World) -> Iterator[Act]:
    """Yield every act; those that move the clock come last."""
    scene = Scene(world)
    yield Act("fund ETH", partial(scene.fund, ETH), NEW_SLOT, 60_000)
    yield Act("fund ERC-20", partial(scene.fund, TOKEN), NEW_SLOT + TOKENS_IN, 81_000)
    authorization = RECOVER + NEW_SLOT
    yield Act("fund ERC-20, ERC-3009", scene.by_authorization, NEW_SLOT + TOKENS_OUT + authorization, 112_000)
    through = NEW_SLOT + TOKENS_IN + RECOVER + COLD_ACCOUNT
    yield Act("fund ERC-20, Permit2, new word", partial(scene.by_permit2, 0), through + NEW_SLOT, 118_000)
    yield Act("fund ERC-20, Permit2", partial(scene.by_permit2, 1), through + CHANGED_SLOT, 101_000)
    mark = partial(scene.relayed, "mark_paid", "ben")
    yield Act("mark paid", partial(scene.mark_paid, ETH), CHANGED_SLOT, 36_000)
    yield Act("mark paid, relayed", partial(mark, ETH), CHANGED_SLOT + SIGNED, 44_000)
    yield Act("dispute", partial(scene.dispute, ETH), CHANGED_SLOT, 36_000)
    dispute = partial(scene.relayed, "dispute", "ben")
    yield Act("dispute, relayed", partial(dispute, ETH), CHANGED_SLOT + SIGNED, 44_000)
    for asset, out, second, budgets in (
        (ETH, COINS_OUT, COINS_OUT, (51_000, 45_000, 62_000)),
        (TOKEN, TOKENS_OUT, SECOND_TOKENS_OUT, (57_000, 52_000, 67_000)),
    ):
        release, refund, resolve = budgets
        releasing, refunding = 2 * CHANGED_SLOT + out, CHANGED_SLOT + out
        resolving = releasing + second
        released = partial(scene.relayed, "release", "sara", asset)
        cancelled = partial(scene.relayed, "cancel", "ben", asset)
        yield Act(f"release {asset}", partial(scene.release, asset), releasing, release)
        yield Act(f"release {asset}, relayed", released, releasing + SIGNED, release + 8_000)
        yield Act(f"cancel {asset}", partial(scene.cancel, asset), refunding, refund)
        yield Act(f"cancel {asset}, relayed", cancelled, refunding + SIGNED, refund + 8_000)
        yield Act(f"resolve {asset}", partial(scene.resolve, asset), resolving, resolve)
        relayed = partial(scene.resolve_relayed, asset)
        yield Act(f"resolve {asset}, relayed", relayed, resolving + SIGNED, resolve + 8_000)
        # Both signers are paid: to check their accounts costs nothing beside that.
        yield Act(f"settle {asset}", partial(scene.settle, asset), resolving + 2 * RECOVER, resolve + 16_000)
    yield Act("escalate", partial(scene.escalate, ETH), CHANGED_SLOT, 36_000)
    yield Act("refund ETH", partial(scene.refund_expired, ETH), CHANGED_SLOT + COINS_OUT, 45_000)
    yield Act("refund ERC-20", partial(scene.refund_expired, TOKEN), CHANGED_SLOT + TOKENS_OUT, 52_000)
    # The last of all, for it uses the standing allowance up. It is written and used in one transaction: nearly free.
    permit = RECOVER + CHANGED_SLOT + 2 * WARM
    yield Act("fund ERC-20, permit", scene.by_permit, NEW_SLOT + TOKENS_IN + permit, 114_000)
