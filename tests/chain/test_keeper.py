"""The keeper sends what users signed and what deadlines ask for: once, in order, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from escrow import calls, deployment, queries, relay
from escrow.events import STATUSES
from escrow.keeper import policy, send
from escrow.keeper.fees import Fees
from escrow.keeper.leader import Deposed
from escrow.keeper.loop import Keeper
from escrow.keeper.signer import KeySigner
from escrow.models import Attempt, Intent, KeeperState
from escrow.reconcile import reconcile
from escrow.relay import IntentView
from escrow.terms import Terms
from tests.chain.world import ADDRESS, DAY, ETHER, KEYS, World

pytestmark = pytest.mark.django_db


def ask(world: World, action: str, terms: Terms, *, by: str, key: str = "") -> IntentView:
    return relay.request(
        world.signed_act(action, terms, by=by),
        purpose=action,
        trade_id=world.trade_id(terms),
        account=ADDRESS[by],
        key=key or f"{action}:{world.trade_id(terms)}",
    )


def run(world: World, keeper: Keeper, *, rounds: int = 4) -> None:
    """Let keeper and indexer take turns."""
    for _ in range(rounds):
        keeper.step()
        world.catch_up()


def status(world: World, terms: Terms) -> str:
    return STATUSES[world.status(terms)]


def sent_by_kim(world: World) -> int:
    return int(world.rpc("eth_getTransactionCount", ADDRESS["kim"], "latest"), 16)


def test_a_buyer_without_a_single_wei_pays_and_is_paid(world: World) -> None:
    world.rpc("anvil_setBalance", ADDRESS["ben"], "0x0")
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    world.catch_up()
    asked = ask(world, "mark_paid", terms, by="ben")
    assert (asked.state, asked.tx_hash) == ("queued", None)
    run(world, keeper)
    assert status(world, terms) == "paid"
    ask(world, "release", terms, by="sara")
    run(world, keeper)
    assert status(world, terms) == "released"
    assert world.balance(ADDRESS["ben"]) == ETHER * 9950 // 10_000
    assert [(one.purpose, one.state) for one in relay.intents_of(world.trade_id(terms))] == [
        ("mark_paid", "mined"),
        ("release", "mined"),
    ]
    assert not Intent.objects.filter(closed_at=None).exists(), "the final event closed them"
    assert sent_by_kim(world) == 2
    assert reconcile(world.chain, contracts=deployment.contracts()).differences == ()
    assert queries.node_facts().relayer == ADDRESS["kim"]


def test_every_signed_act_is_relayed(world: World) -> None:
    keeper = world.keeper()
    disputed, cancelled, settled = world.terms(), world.terms(), world.terms()
    for terms in (disputed, cancelled, settled):
        world.fund(terms)
    ask(world, "mark_paid", disputed, by="ben")
    ask(world, "cancel", cancelled, by="ben")
    call = world.settlement(settled, buyer_bps=4000)
    relay.request(call, purpose="settle", trade_id=world.trade_id(settled), account=ADDRESS["sara"], key="settlement")
    run(world, keeper)
    ask(world, "dispute", disputed, by="sara")
    run(world, keeper)
    ruling = world.ruling(disputed, buyer_bps=6000)
    relay.request(ruling, purpose="rule", trade_id=world.trade_id(disputed), account=ADDRESS["carol"], key="ruling")
    run(world, keeper)
    assert [status(world, terms) for terms in (disputed, cancelled, settled)] == ["resolved", "refunded", "resolved"]
    assert reconcile(world.chain, contracts=deployment.contracts()).differences == ()


def test_an_expired_trade_is_refunded_for_the_seller(world: World) -> None:
    keeper, terms = world.keeper(), world.terms(pay_by=world.now() + 600)
    world.fund(terms)
    world.catch_up()
    run(world, keeper)
    assert not Intent.objects.exists(), "not a second too early"
    world.jump(602)
    world.catch_up()
    keeper._deadlines_at -= timedelta(seconds=5)
    run(world, keeper)
    assert status(world, terms) == "refunded"
    assert queries.final_events(after=0)[-1].args["expired"] is True


def test_a_silent_seller_and_a_silent_arbiter_end_in_the_agreed_split(world: World) -> None:
    keeper, terms = world.keeper(), world.terms(confirm_window=60, arbitration_window=DAY)
    world.fund(terms)
    world.act("mark_paid", terms, by="ben")
    for seconds, expected in ((62, "disputed"), (DAY + 2, "resolved")):
        world.jump(seconds)
        world.catch_up()
        keeper._deadlines_at -= timedelta(seconds=5)
        run(world, keeper)
        assert status(world, terms) == expected
    resolved = queries.final_events(after=0)[-1]
    assert (resolved.args["how"], resolved.args["buyerBps"]) == (2, 5000)
    assert list(Intent.objects.order_by("created_at").values_list("purpose", "state")) == [
        ("escalate", "mined"),
        ("resolve_expired", "mined"),
    ]


def test_a_call_overtaken_by_the_users_own_transaction_costs_nothing(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    world.act("mark_paid", terms, by="ben")
    run(world, keeper)
    [view] = relay.intents_of(world.trade_id(terms))
    assert (view.state, view.error) == ("failed", "WrongStatus(2)")
    assert sent_by_kim(world) == 0


def test_acts_on_one_trade_never_overtake_each_other(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    ask(world, "release", terms, by="sara")
    world.rpc("evm_setAutomine", False)
    keeper.step()
    keeper.step()
    assert list(Intent.objects.order_by("created_at").values_list("state", flat=True)) == ["sent", "queued"]
    world.mine()
    run(world, keeper)
    world.mine()
    run(world, keeper)
    assert status(world, terms) == "released"
    assert sent_by_kim(world) == 2


def test_what_was_stored_but_never_broadcast_is_broadcast_by_the_next_keeper(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    killed = world.keeper()
    killed._lead.hold()
    [intent] = send.queue(chain_id=31337, now=datetime.now(UTC))
    send._reserve(
        intent,
        mined=0,
        gas=200_000,
        fees=Fees(max_fee=10**10, tip=10**9),
        signer=KeySigner(KEYS["kim"]),
        lead=killed._lead,
        now=datetime.now(UTC),
    )
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
    world.rpc("evm_setAutomine", False)
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
    world.rpc("evm_setAutomine", False)
    keeper.step()
    world.rpc("anvil_dropTransaction", Attempt.objects.get().tx_hash)
    world.rpc("evm_setAutomine", True)
    world.rpc("eth_sendTransaction", {"from": ADDRESS["kim"], "to": ADDRESS["ben"], "value": "0x1"})
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
    world.rpc("eth_sendRawTransaction", funding)
    world.mine(1)
    ask(world, "mark_paid", terms, by="ben")
    keeper.step()
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
        send.send(intent, chain=world.chain, signer=KeySigner(KEYS["kim"]), lead=old._lead, now=datetime.now(UTC))
    assert not Attempt.objects.exists()
    assert Intent.objects.get().state == "queued"


def test_spending_stops_at_the_hours_limit_and_goes_on_after_it(world: World, settings: Settings) -> None:
    settings.KEEPER_WEI_PER_HOUR = 1
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    run(world, keeper)
    assert sent_by_kim(world) == 0
    assert Intent.objects.get().state == "queued"
    settings.KEEPER_WEI_PER_HOUR = 10**18
    Intent.objects.update(due_at=datetime.now(UTC))
    run(world, keeper)
    assert status(world, terms) == "paid"


def test_the_signer_signs_nothing_but_relayable_calls(world: World) -> None:
    signer, terms = KeySigner(KEYS["kim"]), world.terms()
    good = world.signed_act("release", terms, by="sara")
    fees = Fees(max_fee=10**10, tip=10**9)
    assert signer.sign(good, nonce=0, gas=100_000, fees=fees).raw.startswith("0x02")
    bad = [
        calls.Call(to=ADDRESS["mallory"], data=good.data, value=0, chain_id=31337),
        calls.Call(to=good.to, data=good.data, value=1, chain_id=31337),
        calls.Call(to=good.to, data=good.data, value=0, chain_id=1),
        calls.Call(to=good.to, data="0x", value=0, chain_id=31337),
        calls.withdraw(world.domain, token=terms.token, to=ADDRESS["mallory"]),
        calls.fund(terms, world.domain),
        calls.act("release", terms, world.domain),
    ]
    for call in bad:
        with pytest.raises(policy.NotAllowed):
            signer.sign(call, nonce=0, gas=100_000, fees=fees)
