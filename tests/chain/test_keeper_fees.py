"""What the keeper pays: enough to be mined, never more than it may, and out of money it waits and says so."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from escrow import relay
from escrow.keeper import fees, policy
from escrow.keeper.fees import GWEI, Fees, TooDear
from escrow.models import Attempt, Intent, KeeperState
from tests.chain.keeping import ask, run, sent_by_kim, status
from tests.chain.world import ADDRESS, ETHER, World

pytestmark = pytest.mark.django_db


def grow_old(**shift: float) -> None:
    """Make everything that was sent look as if it had waited for long."""
    then = datetime.now(UTC) - timedelta(**(shift or {"minutes": 5}))
    Attempt.objects.update(broadcast_at=then, created_at=then)


def be_due() -> None:
    Intent.objects.filter(state="queued").update(due_at=datetime.now(UTC))


def set_base_fee(world: World, wei: int) -> None:
    world.rpc("anvil_setNextBlockBaseFeePerGas", hex(wei))


def base_fee(world: World) -> int:
    return int(world.rpc("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)


def test_a_transaction_stuck_under_a_base_fee_twenty_times_as_high_is_replaced_and_mined(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    world.hold_mining()
    keeper.step()
    first, before = Attempt.objects.get(), base_fee(world)
    set_base_fee(world, before * 20)
    world.mine()
    assert Attempt.objects.get().max_fee < base_fee(world), "it is stuck"
    grow_old()
    keeper.step()
    second = Attempt.objects.latest("id")
    assert second.nonce == first.nonce
    assert second.max_fee > base_fee(world)
    world.go_on_mining()
    world.mine()
    run(world, keeper)
    assert status(world, terms) == "paid"
    assert (sent_by_kim(world), Intent.objects.get().tx_hash) == (1, second.tx_hash)


def test_above_the_highest_fee_nothing_is_sent_and_it_goes_on_when_gas_is_cheaper(
    world: World, settings: Settings
) -> None:
    settings.KEEPER_MAX_FEE_GWEI = 100
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    set_base_fee(world, 120 * GWEI)
    world.mine()
    keeper.step()
    assert not Attempt.objects.exists()
    assert KeeperState.objects.get().trouble.startswith("GAS IS TOO DEAR")
    assert "fall" in relay.intents_of(world.trade_id(terms))[0].error
    set_base_fee(world, 70 * GWEI)
    world.mine()
    be_due()
    run(world, keeper)
    assert status(world, terms) == "paid"
    assert Attempt.objects.get().max_fee == 100 * GWEI, "as high as it may, though twice the base fee is more"


def test_fees_leave_room_for_the_next_blocks_and_never_pass_the_highest() -> None:
    assert fees.offer(base=10, tip=2, most=100) == Fees(max_fee=22, tip=2)
    assert fees.offer(base=60 * GWEI, tip=GWEI, most=100 * GWEI) == Fees(max_fee=100 * GWEI, tip=GWEI)
    with pytest.raises(TooDear):
        fees.offer(base=90 * GWEI, tip=GWEI, most=100 * GWEI)
    silly = fees.offer(base=10 * GWEI, tip=500 * GWEI, most=1000 * GWEI)
    assert silly.tip == 10 * GWEI, "a node that asks for an absurd tip is not paid it"


def test_a_replacement_is_raised_by_what_every_node_asks_for() -> None:
    old = Fees(max_fee=1001, tip=3)
    new = fees.raise_fees(old, suggestion=Fees(max_fee=1, tip=1))
    assert new.max_fee * 10 >= old.max_fee * 11
    assert new.tip * 10 >= old.tip * 11
    dearer = fees.raise_fees(old, suggestion=Fees(max_fee=9000, tip=70))
    assert dearer == Fees(max_fee=9000, tip=70)


def test_out_of_gas_money_says_so_and_goes_on_when_topped_up(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    world.rpc("anvil_setBalance", ADDRESS["kim"], hex(10**12))
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    state = KeeperState.objects.get()
    assert state.trouble.startswith("OUT OF GAS MONEY")
    assert ADDRESS["kim"] in state.trouble
    assert "out of gas money" in relay.intents_of(world.trade_id(terms))[0].error
    assert (status(world, terms), Attempt.objects.count()) == ("funded", 0)
    world.rpc("anvil_setBalance", ADDRESS["kim"], hex(ETHER))
    be_due()
    run(world, keeper)
    assert status(world, terms) == "paid"
    keeper._trouble_at -= timedelta(minutes=5)
    keeper._heartbeat_at -= timedelta(minutes=5)
    keeper.step()
    assert KeeperState.objects.get().trouble == ""


def test_a_stuck_transaction_is_not_made_dearer_than_the_account_can_pay(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    world.hold_mining()
    keeper.step()
    first = Attempt.objects.get()
    world.rpc("anvil_setBalance", ADDRESS["kim"], hex(first.gas * first.max_fee))
    for _ in range(3):
        grow_old()
        keeper.step()
    assert Attempt.objects.get() == first
    assert KeeperState.objects.get().trouble.startswith("OUT OF GAS MONEY")
    world.go_on_mining()
    world.mine()
    run(world, keeper)
    assert status(world, terms) == "paid"


def test_what_users_ask_for_leaves_money_for_other_peoples_deadlines(world: World, settings: Settings) -> None:
    keeper, expiring, terms = world.keeper(), world.terms(pay_by=world.now() + 600), world.terms()
    world.fund(expiring)
    world.fund(terms)
    world.jump(605)
    world.catch_up()
    Intent.objects.create(
        key="spent",
        purpose="x",
        trade_id="0x" + "00" * 32,
        account=ADDRESS["mallory"],
        chain_id=31337,
        to=world.domain.contract,
        data="0x",
        state="mined",
        nonce=10**9,
        sender=ADDRESS["fred"],
        due_at=datetime.now(UTC),
        created_at=datetime.now(UTC),
        sent_at=datetime.now(UTC),
        closed_at=datetime.now(UTC),
        cost=settings.KEEPER_WEI_PER_HOUR * 4 // 5,
    )
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    assert status(world, terms) == "funded", "the share for users' wishes is spent"
    assert status(world, expiring) == "refunded"
    assert KeeperState.objects.get().trouble.startswith("THE HOUR'S GAS MONEY IS SPENT")


def test_gas_that_earlier_tries_burnt_counts_until_the_hour_is_over(world: World) -> None:
    now = datetime.now(UTC)
    facts = {"purpose": "x", "trade_id": "0x" + "00" * 32, "chain_id": 31337, "to": ADDRESS["sara"], "data": "0x"}
    Intent.objects.create(
        **facts, key="a", account=ADDRESS["ben"], due_at=now, created_at=now, sent_at=now, cost=60, paid=50
    )
    limits = policy.limits()
    assert policy.may_spend(limits.wei_of_account - 60, chain_id=31337, account=ADDRESS["ben"], now=now)
    assert not policy.may_spend(limits.wei_of_account - 59, chain_id=31337, account=ADDRESS["ben"], now=now)
    assert policy.may_spend(limits.wei_of_account, chain_id=10, account=ADDRESS["ben"], now=now), "another coin"
    later = now + timedelta(hours=1, seconds=1)
    assert policy.may_spend(limits.wei_of_account, chain_id=31337, account=ADDRESS["ben"], now=later)


def test_mallorys_waiting_wish_does_not_hold_up_the_sellers(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    Intent.objects.update(due_at=datetime.now(UTC) + timedelta(hours=1))
    ask(world, "release", terms, by="sara")
    run(world, keeper)
    assert status(world, terms) == "released"
