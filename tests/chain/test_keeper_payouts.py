"""A payout that could not be pushed is pushed again once its receiver takes it; nobody else's coins move."""

from datetime import UTC, datetime, timedelta

import pytest

from escrow import deployment
from escrow.keeper.payouts import queue_failed
from escrow.models import Credit, Intent
from escrow.reconcile import reconcile
from tests.chain.keeping import run, sent_by_kim
from tests.chain.world import ADDRESS, ETHER, World

pytestmark = pytest.mark.django_db


def queue(*, after: timedelta) -> int:
    return queue_failed(chain_id=31337, now=datetime.now(UTC) + after)


def test_a_payout_is_tried_again_until_its_receiver_takes_it(world: World) -> None:
    world.rpc("anvil_setCode", ADDRESS["ben"], "0x60006000fd")  # reverts whatever it is sent
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    world.act("release", terms, by="sara")
    world.catch_up()
    assert queue(after=timedelta(minutes=1)) == 0, "not at once"
    assert queue(after=timedelta(minutes=11)) == 1, "the buyer's payout, and not the fee that waits for its owner"
    assert queue(after=timedelta(minutes=11)) == 0, "one try is under way"
    Intent.objects.update(due_at=datetime.now(UTC))
    run(world, keeper)
    assert (Intent.objects.get().state, sent_by_kim(world)) == ("dropped", 0), "it was tried and cost nothing"
    assert queue(after=timedelta(minutes=12)) == 0
    world.rpc("anvil_setCode", ADDRESS["ben"], "0x")
    before = world.balance(ADDRESS["ben"])
    assert queue(after=timedelta(minutes=45)) == 1
    Intent.objects.filter(state="queued").update(due_at=datetime.now(UTC))
    run(world, keeper)
    assert world.balance(ADDRESS["ben"]) - before == ETHER * 9950 // 10_000
    assert list(Credit.objects.values_list("account", flat=True)) == [ADDRESS["fred"]]
    assert queue(after=timedelta(days=9)) == 0
    assert reconcile(world.chain, contracts=deployment.contracts()).differences == ()
