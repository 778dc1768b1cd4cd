"""Acts while coins are locked: what is relayed, for whom, and what is refused before it costs gas."""

import pytest

from escrow.models import Intent
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.trades import actions, relaying, settling
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import ben, carol, mallory, sara

pytestmark = pytest.mark.django_db


def test_an_act_on_its_way_is_not_offered_again_and_asking_again_gives_the_same() -> None:
    deal = make.funded()
    first = deal.relay(ben(), "mark_paid")
    assert "mark_paid" not in deal.view(ben()).actions
    assert deal.view(ben()).ui_state == "paid"
    assert deal.view(sara()).ui_state == "locked"
    assert deal.relay(ben(), "mark_paid").id == first.id
    assert Intent.objects.count() == 1
    make.keep()
    assert deal.fresh().state == State.PAID


def test_after_a_failed_transaction_the_act_can_be_signed_again() -> None:
    deal = make.funded()
    first = deal.relay(ben(), "mark_paid")
    Intent.objects.filter(pk=first.id).update(state="failed", closed_at=clock.now())
    assert "mark_paid" in deal.view(ben()).actions
    second = deal.relay(ben(), "mark_paid")
    assert second.id != first.id
    make.keep()
    assert deal.fresh().state == State.PAID


def test_acts_of_the_other_side_and_of_other_times_are_refused() -> None:
    deal = make.funded()
    for who, action in ((sara(), "mark_paid"), (ben(), "release"), (sara(), "cancel")):
        with pytest.raises((Forbidden, Conflict)):
            deal.relay(who, action)
    with pytest.raises(Conflict) as early:
        deal.relay(ben(), "dispute")
    assert early.value.code == "too_early"
    with pytest.raises(NotFound):
        deal.relay_raw(ben(), "steal")
    assert not Intent.objects.exists()


def test_wrong_foreign_and_replayed_signatures_are_not_relayed() -> None:
    deal, other = make.funded(), make.funded()
    good, until = deal.signature(ben(), "mark_paid")
    elsewhere, _ = other.signature(ben(), "mark_paid", until=until)
    another_act, _ = deal.signature(ben(), "cancel", until=until)
    another_time, _ = deal.signature(ben(), "mark_paid", until=until + 1)
    foreign, _ = deal.signature(mallory(), "mark_paid", until=until)
    for signature in (elsewhere, another_act, another_time, foreign, good[:-2] + "00", "0x", "not hex"):
        with pytest.raises(Invalid):
            actions.relay(
                deal.code,
                by=ben().account,
                action="mark_paid",
                signature=signature,
                valid_until=until,
                now=clock.now(),
            )
    assert not Intent.objects.exists()


def test_signatures_of_the_past_and_of_the_far_future_are_refused() -> None:
    deal, now = make.funded(), clock.to_unix(clock.now())
    for until in (now, now - 1, 0, now + relaying.LONGEST_VALIDITY + 60, 2**40 - 1):
        signature, _ = deal.signature(ben(), "mark_paid", until=until)
        with pytest.raises(Invalid) as refused:
            actions.relay(
                deal.code,
                by=ben().account,
                action="mark_paid",
                signature=signature,
                valid_until=until,
                now=clock.now(),
            )
        assert "/valid_until" in refused.value.fields


def test_what_the_contract_would_refuse_is_refused_before_it_costs_gas() -> None:
    deal = make.funded()
    deal.send_own(ben(), "mark_paid")  # not indexed yet: our picture is one block old
    with pytest.raises(Conflict) as refused:
        deal.relay(ben(), "mark_paid")
    assert refused.value.code == "relay_refused"
    assert refused.value.extra["reason"] == "WrongStatus"
    assert deal.fresh().timeline.filter(kind="sent").count() == 0


def test_an_act_that_the_newest_block_rules_out_is_not_offered_even_before_it_is_final(
    settings: pytest.FixtureRequest,
) -> None:
    deal = make.paid()
    settings.CONFIRMATIONS = 3  # type: ignore[attr-defined]
    deal.send_own(sara(), "release")
    make.index()
    assert deal.fresh().state == State.PAID
    view = deal.view(ben())
    assert (view.ui_state, view.actions) == ("releasing", ())
    assert deal.view(sara()).primary == ""


def test_mallory_cannot_relay_settle_or_even_see() -> None:
    deal = make.funded()
    with pytest.raises(NotFound):
        deal.relay(mallory(), "release")
    with pytest.raises(NotFound):
        deal.settle(mallory(), 0)
    with pytest.raises(NotFound):
        deal.relay(carol(), "release")


def test_a_split_needs_two_signatures_of_the_same_share() -> None:
    deal = make.funded()
    signature = ben().sign(settling.typed_data_of(deal.trade, buyer_bps=10_000))
    with pytest.raises(Invalid):
        actions.settle(deal.code, by=sara().account, buyer_bps=10_000, signature=signature, now=clock.now())
    for share in (-1, 10_001):
        with pytest.raises(Invalid):
            settling.typed_data_of(deal.trade, buyer_bps=share)
    assert deal.settle(ben(), 10_000).intent is None
    assert deal.settle(sara(), 0).intent is None
    assert not Intent.objects.exists()
    assert (deal.view(ben()).split.mine, deal.view(ben()).split.theirs) == (10_000, 0)
    assert deal.settle(ben(), 0).intent is not None
    assert deal.view(ben()).actions == ("mark_paid", "cancel")


def test_a_party_whose_offer_was_replaced_is_not_bound_to_the_old_one() -> None:
    deal = make.funded()
    deal.settle(ben(), 3000)
    deal.settle(ben(), 7000)
    assert deal.settle(sara(), 3000).intent is None


def test_nothing_can_be_settled_before_the_lock_or_after_the_end() -> None:
    deal = make.agreed()
    with pytest.raises(Conflict):
        deal.settle(ben(), 5000)
    deal.fund()
    make.index()
    deal.act(sara(), "release")
    with pytest.raises(Conflict):
        deal.settle(ben(), 5000)
    for who, action in ((ben(), "mark_paid"), (ben(), "cancel"), (sara(), "release"), (sara(), "dispute")):
        with pytest.raises(Conflict):
            deal.relay(who, action)
