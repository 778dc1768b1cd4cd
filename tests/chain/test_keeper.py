"""The keeper sends what users signed and what deadlines ask for: once, in order, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from escrow import calls, deployment, queries, relay
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.signer import KeySigner
from escrow.models import Intent
from escrow.reconcile import reconcile
from tests.chain.keeping import ask, run, sent_by_kim, status
from tests.chain.world import ADDRESS, DAY, ETHER, KEYS, World

pytestmark = pytest.mark.django_db


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
    assert (view.state, view.error) == ("failed", "The escrow has moved on, so this is no longer possible.")
    assert sent_by_kim(world) == 0


def test_acts_on_one_trade_never_overtake_each_other(world: World) -> None:
    keeper, terms = world.keeper(), world.terms()
    world.fund(terms)
    ask(world, "mark_paid", terms, by="ben")
    ask(world, "release", terms, by="sara")
    world.hold_mining()
    keeper.step()
    keeper.step()
    assert list(Intent.objects.order_by("created_at").values_list("state", flat=True)) == ["sent", "queued"]
    world.mine()
    run(world, keeper)
    world.mine()
    run(world, keeper)
    assert status(world, terms) == "released"
    assert sent_by_kim(world) == 2


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
