"""Everything at once, by dice: transactions stuck, dropped, undone or overtaken; dear gas, an empty purse, a bad node.

After each storm the trades complete by themselves and the chain holds each event once. A few seeds here; `make
soak-keeper` runs twenty.
"""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from pytest_django import Settings

from escrow.errors import RpcError
from escrow.keeper.loop import Keeper
from escrow.keeper.signer import KeySigner
from escrow.models import Attempt, Intent
from escrow.rpc import Chain
from tests.chain.gate import Fate, Gate, Moment, Passing, gate_before, let_pass
from tests.chain.keeping import ask, sent_by_kim, status
from tests.chain.striking import count_events
from tests.chain.world import ADDRESS, ETHER, KEYS, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(3000)]
SEEDS = int(os.environ.get("SEEDS", "0"))
METHODS = (
    "eth_call",
    "eth_estimateGas",
    "eth_getBlockByNumber",
    "eth_maxPriorityFeePerGas",
    "eth_getTransactionCount",
    "eth_sendRawTransaction",
    "eth_getTransactionReceipt",
)
FAILURES = [fate for fate in Fate if fate is not Fate.PASS]


def grow_old() -> None:
    """Make what was sent and what waits look as if minutes had passed."""
    then = datetime.now(UTC) - timedelta(minutes=3)
    Attempt.objects.update(broadcast_at=then, created_at=then)
    Intent.objects.filter(state="queued").update(due_at=then)


def step(keeper: Keeper) -> None:
    """One round; a node that fails is asked again next time, as `run_forever` does."""
    try:
        keeper.step()
    except RpcError:
        return


class FailingOnce:
    """Fails one kind of request, as often as one call asks it, at one moment."""

    def __init__(self, method: str, moment: Moment, fate: Fate) -> None:
        self.method, self.moment, self.fate = method, moment, fate
        # A line that goes dead is tried once more by the client itself.
        self.left = 2 if fate is Fate.CUT else 1

    def __call__(self, passing: Passing) -> Fate:
        if self.left and self.method in passing.methods and passing.moment is self.moment:
            self.left -= 1
            return self.fate
        return Fate.PASS


def test_a_node_that_fails_at_any_request_of_sending_changes_nothing_in_the_end(
    world: World, settings: Settings
) -> None:
    settings.KEEPER_RELAYS_PER_HOUR = 1000
    cases = list(product(METHODS, Moment, FAILURES))
    random.Random(SEEDS).shuffle(cases)
    cases = cases if SEEDS else cases[:12]
    acts = 0
    with gate_before(world.url) as gate:
        keeper = Keeper(Chain([gate.url], chain_id=31337), signer=KeySigner(KEYS["kim"]))
        world.keepers.append(keeper)
        for number, (method, moment, fate) in enumerate(cases):
            if number % 2 == 0:
                terms = world.terms()
                world.fund(terms)
            action, by, wanted = (("mark_paid", "ben", "paid"), ("release", "sara", "released"))[number % 2]
            ask(world, action, terms, by=by)
            gate.script = FailingOnce(method, moment, fate)
            for _ in range(8):
                step(keeper)
                world.settle()
                world.catch_up()
            gate.script = let_pass
            step(keeper)
            acts += 1
            assert status(world, terms) == wanted, (method, moment, fate)
            assert set(count_events(world, terms).values()) == {1}
            assert sent_by_kim(world) == acts, (method, moment, fate)
    assert Attempt.objects.count() == acts
    print(f"\n{len(cases)} failures of the node during sending (429, 500, cut, halved, nonsense): all sent once")


class Storm:
    """One seed's weather."""

    def __init__(self, world: World, gate: Gate, *, seed: int) -> None:
        self.world, self.gate = world, gate
        self.dice = random.Random(seed)
        self.trades = [world.terms(pay_by=world.now() + 20 * 24 * 3600) for _ in range(3)]
        for terms in self.trades:
            world.fund(terms)
        world.mine(12)
        self.floor = world.height()
        self.keeper = self.new_keeper()
        for terms in self.trades:
            ask(world, "mark_paid", terms, by="ben")

    def new_keeper(self) -> Keeper:
        keeper = Keeper(Chain([self.gate.url], chain_id=31337), signer=KeySigner(KEYS["kim"]))
        self.world.keepers.append(keeper)
        return keeper

    def blow(self) -> None:
        """Let one thing happen."""
        deeds: list[Callable[[], object]] = [
            self.work,
            self.work,
            self.work,
            grow_old,
            self.drop,
            self.make_gas_dear,
            self.reorganise,
            self.send_from_outside,
            self.empty_the_purse,
            self.fill_the_purse,
            self.world.hold_mining,
            self.world.go_on_mining,
            self.change_keepers,
            self.fail,
            lambda: self.world.mine(self.dice.randrange(1, 4)),
        ]
        self.dice.choice(deeds)()

    def work(self) -> None:
        step(self.keeper)
        self.world.catch_up()

    def drop(self) -> None:
        sent = list(Attempt.objects.order_by("id").values_list("tx_hash", flat=True))
        if sent:
            self.world.rpc("anvil_dropTransaction", self.dice.choice(sent))

    def make_gas_dear(self) -> None:
        block = self.world.rpc("eth_getBlockByNumber", "latest", False)
        dear = min(int(block["baseFeePerGas"], 16) * 20, 120 * 10**9)
        self.world.rpc("anvil_setNextBlockBaseFeePerGas", hex(dear))
        self.world.mine()

    def reorganise(self) -> None:
        depth = min(self.dice.choice((1, 2, 5, 9)), self.world.height() - self.floor)
        if depth > 0:
            self.world.reorganise(depth)

    def send_from_outside(self) -> None:
        try:
            self.world.rpc("eth_sendTransaction", {"from": ADDRESS["kim"], "to": ADDRESS["ben"], "value": "0x1"})
        except RpcError:
            return

    def empty_the_purse(self) -> None:
        self.world.rpc("anvil_setBalance", ADDRESS["kim"], hex(10**13))

    def fill_the_purse(self) -> None:
        self.world.rpc("anvil_setBalance", ADDRESS["kim"], hex(100 * ETHER))

    def change_keepers(self) -> None:
        self.keeper.close()
        self.keeper = self.new_keeper()

    def fail(self) -> None:
        self.gate.script = FailingOnce(
            self.dice.choice(METHODS), self.dice.choice(list(Moment)), self.dice.choice(FAILURES)
        )

    def calm(self) -> None:
        """From here on everything works: nobody does anything, and yet all trades complete."""
        self.gate.script = let_pass
        self.fill_the_purse()
        self.world.go_on_mining()
        self.world.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))

    def rest(self, wanted: str) -> None:
        """Let time pass until all trades are so far and final, and all wishes closed."""
        for _ in range(60):
            is_open = Intent.objects.filter(closed_at=None).exists()
            if not is_open and all(status(self.world, terms) == wanted for terms in self.trades):
                return
            grow_old()
            self.keeper._heartbeat_at -= timedelta(minutes=1)
            self.work()
            self.world.mine(2)
            self.world.catch_up()
        told = [status(self.world, terms) for terms in self.trades]
        raise AssertionError(f"{told}: {list(Intent.objects.values_list('state', 'error', 'nonce', 'closed_at'))}")


@pytest.mark.parametrize("seed", range(SEEDS or 2))
def test_after_a_storm_every_trade_completes_and_nothing_happened_twice(
    world: World, settings: Settings, seed: int
) -> None:
    settings.CONFIRMATIONS = world.confirmations = 6
    settings.KEEPER_RELAYS_PER_HOUR = 1000
    with gate_before(world.url) as gate:
        storm = Storm(world, gate, seed=seed)
        for _ in range(40):
            storm.blow()
        storm.calm()
        storm.rest("paid")
        for terms in storm.trades:
            ask(world, "release", terms, by="sara")
        storm.rest("released")
    for terms in storm.trades:
        assert set(count_events(world, terms).values()) == {1}
    assert set(Intent.objects.values_list("state", flat=True)) == {"mined"}
