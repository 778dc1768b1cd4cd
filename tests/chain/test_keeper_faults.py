"""What can happen to a transaction on its way: lost, stuck, overtaken, taken back, or sent by two."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from escrow import calls
from escrow.keeper import send
from escrow.keeper.fees import Fees
from escrow.keeper.leader import Deposed
from escrow.keeper.loop import Keeper
from escrow.keeper.round import Round
from escrow.keeper.signer import KeySigner
from escrow.models import Attempt, Intent, KeeperState
from tests.chain.keeping import ask, run, sent_by_kim, status
from tests.chain.world import ADDRESS, KEYS, World

pytestmark = pytest.mark.django_db


def round_of(world: World, keeper: Keeper) -> Round:
    return Round(chain=world.chain, signer=KeySigner(KEYS["kim"]), lead=keeper._lead, now=datetime.now(UTC))


def test_what_was_stored_but_never_broadcast_is_broadcast_by_the_next_keeper(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    killed = world.keeper()
    killed._lead.hold()
    [intent] = send.queue(chain_id=31337, now=datetime.now(UTC))
    fees = Fees(max_fee=10**10, tip=10**9)
    send._sign_and_store(intent, send.call_of(intent), gas=200_000, fees=fees, at=round_of(world, killed))
    stored = Attempt.objects.get()
    killed.close()
    run(world, world.keeper())
    assert status(world, terms) == "paid"
    assert Attempt.objects.get() == stored
    assert Intent.objects.get().tx_hash == stored.tx_hash


def test_a_dropped_transaction_is_sent_again_and_a_stuck_one_is_made_dearer(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    world.hold_mining()
    keeper.step()
    first = Attempt.objects.get()
    world.rpc("anvil_dropTransaction", first.tx_hash)
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    Attempt.objects.update(broadcast_at=long_ago)
    keeper.step()
    assert world.rpc("eth_getTransactionByHash", first.tx_hash) is not None
    Attempt.objects.update(broadcast_at=long_ago, created_at=long_ago)
    keeper.step()
    last = Attempt.objects.latest("id")
    assert (last.nonce, last.max_fee > first.max_fee, last.tip > first.tip) == (first.nonce, True, True)
    world.mine()
    run(world, keeper)
    assert status(world, terms) == "paid"
    assert Intent.objects.get().tx_hash == last.tx_hash
    assert sent_by_kim(world) == 1


def test_a_nonce_used_elsewhere_is_given_up_and_the_call_gets_another(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    world.hold_mining()
    keeper.step()
    world.rpc("anvil_dropTransaction", Attempt.objects.get().tx_hash)
    world.go_on_mining()
    world.rpc("eth_sendTransaction", {"from": ADDRESS["kim"], "to": ADDRESS["ben"], "value": "0x1"})
    world.settle()
    Attempt.objects.update(broadcast_at=datetime.now(UTC) - timedelta(minutes=5))
    run(world, keeper)
    assert status(world, terms) == "paid"
    assert [attempt.nonce for attempt in Attempt.objects.order_by("id")] == [0, 1]


def test_a_mined_call_that_a_reorganisation_took_back_is_sent_again(world: World, settings: Settings) -> None:
    settings.CONFIRMATIONS = world.confirmations = 6
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    world.mine(3)
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    assert Intent.objects.get().state == "mined"
    world.reorganise(2)
    assert status(world, terms) == "funded"
    run(world, keeper)
    assert status(world, terms) == "paid"
    world.mine(6)
    run(world, keeper)
    assert Intent.objects.get().closed_at is not None
    assert Attempt.objects.count() == 1, "the same bytes, sent again"


def test_a_call_whose_basis_a_reorganisation_moved_behind_it_is_tried_anew(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    funding = world.sign_raw(calls.fund(terms, world.domain), by="sara")
    world.send_raw(funding)
    world.mine(1)
    ask(world, "mark_paid", terms, by="ben")
    keeper.step()
    world.settle()
    paying = Attempt.objects.get().raw
    world.reorganise(3, [(paying, 0), (funding, 1)])
    assert status(world, terms) == "funded", "marked paid before it was funded: reverted"
    run(world, keeper)
    assert status(world, terms) == "paid"
    assert Intent.objects.get().state == "mined"


def test_two_keepers_started_by_mistake_send_nothing_twice(world: World) -> None:
    first, second, terms = world.keeper(), world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    for _ in range(3):
        first.step()
        assert second.step() is False
        world.settle()
        world.catch_up()
    assert sent_by_kim(world) == 1
    first.close()
    ask(world, "release", terms, by="sara")
    run(world, second)
    assert status(world, terms) == "released"
    assert sent_by_kim(world) == 2


def test_a_keeper_that_does_not_know_it_was_deposed_cannot_write(world: World) -> None:
    old, terms = world.keeper(), world.terms()
    world.fund(terms)
    assert old._lead.hold()
    KeeperState.objects.update(epoch=99)
    ask(world, "mark_paid", terms, by="ben")
    [intent] = send.queue(chain_id=31337, now=datetime.now(UTC))
    with pytest.raises(Deposed):
        send.send(intent, at=round_of(world, old))
    assert not Attempt.objects.exists()
    assert Intent.objects.get().state == "queued"
