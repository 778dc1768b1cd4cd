"""Consent before the lock: whose signature counts, and the ways out."""

import pytest

from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from exchange.offers.models import Offer
from exchange.trades import actions, deadlines
from exchange.trades.apply import Change, apply
from exchange.trades.states import State
from exchange.trades.view import terms_to_sign
from tests import trade_builders as make
from tests.builders import ben, mallory, sara

pytestmark = pytest.mark.django_db


def left(deal: make.Deal) -> int:
    return int(Offer.objects.get(pk=deal.trade.offer_id).remaining_units)


def test_the_takers_signature_is_enough_because_the_maker_signed_the_offer() -> None:
    deal = make.taken()
    assert deal.view(ben()).ui_state == "signing"
    assert deal.view(ben()).primary == "sign_terms"
    assert deal.view(sara()).actions == ()
    trade = deal.sign_terms(ben())
    assert (trade.state, trade.deadline) == (State.AGREED, trade.lock_by)
    assert trade.agreed_at is not None


def test_by_hand_both_sign_in_any_order() -> None:
    for first, second in ((ben(), sara()), (sara(), ben())):
        deal = make.taken(approve_by_hand=True)
        assert deal.view(sara()).ui_state == "requested"
        assert deal.view(sara()).actions == ("sign_terms", "decline")
        assert deal.sign_terms(first).state == State.REQUESTED
        assert deal.sign_terms(second).state == State.AGREED


def test_signing_twice_changes_nothing() -> None:
    deal = make.taken()
    version = deal.sign_terms(ben()).version
    assert deal.sign_terms(ben()).version == version


def test_wrong_foreign_and_replayed_signatures_are_refused() -> None:
    deal, other = make.taken(), make.taken()
    good = ben().sign(terms_to_sign(deal.trade))
    for signature in (
        mallory().sign(terms_to_sign(deal.trade)),
        ben().sign(terms_to_sign(other.trade)),
        sara().sign(terms_to_sign(deal.trade)),
        ben().sign_text("I agree"),
        good[:-2] + "1d",
        good[:-2],
        "0x",
        "",
        "0x" + "00" * 5000,
    ):
        with pytest.raises(Invalid) as refused:
            actions.sign_terms(deal.code, by=ben().account, signature=signature, now=clock.now())
        assert "/signature" in refused.value.fields
    assert deal.fresh().state == State.REQUESTED


def test_a_maker_without_approval_by_hand_has_nothing_to_sign() -> None:
    deal = make.taken()
    with pytest.raises(Conflict):
        deal.sign_terms(sara())
    with pytest.raises(Conflict):
        actions.decline(deal.code, by=sara().account, now=clock.now())


def test_every_way_out_before_the_lock_gives_the_quantity_back_once() -> None:
    deal = make.taken(approve_by_hand=True)
    whole = left(deal) + int(deal.trade.amount)
    trade = actions.decline(deal.code, by=sara().account, now=clock.now())
    assert (trade.state, left(deal), trade.ended_by) == (State.DECLINED, whole, sara().account)
    with pytest.raises(Conflict):
        actions.decline(deal.code, by=sara().account, now=clock.now())
    assert left(deal) == whole

    deal = make.taken()
    trade = actions.cancel(deal.code, by=ben().account, now=clock.now())
    assert (trade.state, left(deal), trade.deadline) == (State.CANCELLED, whole, None)

    for who in (ben(), sara()):
        deal = make.agreed()
        trade = actions.cancel(deal.code, by=who.account, now=clock.now())
        assert (trade.state, left(deal), trade.ended_by) == (State.CANCELLED, whole, who.account)
        with pytest.raises(Conflict):
            actions.cancel(deal.code, by=who.account, now=clock.now())


def test_only_the_right_side_may_leave_or_decline() -> None:
    deal = make.taken(approve_by_hand=True)
    with pytest.raises(Conflict):
        actions.decline(deal.code, by=ben().account, now=clock.now())
    with pytest.raises(Conflict):
        actions.cancel(deal.code, by=sara().account, now=clock.now())


def test_nobody_signs_after_the_time_and_the_sweep_closes() -> None:
    deal = make.taken()
    late = deal.trade.deadline or clock.now()
    with pytest.raises(Conflict):
        actions.sign_terms(deal.code, by=ben().account, signature=ben().sign(terms_to_sign(deal.trade)), now=late)
    assert deadlines.close_overdue(late - clock.seconds(1)) == 0
    assert deadlines.close_overdue(late) == 1
    assert deadlines.close_overdue(late) == 0
    trade = deal.fresh()
    assert (trade.state, trade.ended_by) == (State.EXPIRED, ben().account)


def test_the_sweep_knows_who_was_waited_for() -> None:
    waiting_for_sara = make.taken(approve_by_hand=True)
    waiting_for_sara.sign_terms(ben())
    not_locked = make.agreed()
    assert deadlines.close_overdue(clock.now() + clock.seconds(3600)) == 2
    assert waiting_for_sara.fresh().ended_by == sara().account
    assert not_locked.fresh().ended_by == sara().account


def test_a_write_on_what_was_seen_before_is_refused() -> None:
    deal = make.taken()
    stale = deal.fresh()
    deal.sign_terms(ben())
    stale.refresh_from_db(fields=["maker"])
    with pytest.raises(Conflict):
        apply(stale, Change(kind="signed"), by=ben().address, now=clock.now())


def test_money_states_need_a_final_event() -> None:
    trade = make.agreed().fresh()
    with pytest.raises(ValueError, match="final chain event"):
        apply(trade, Change(kind="funded", state=State.FUNDED), by="chain", now=clock.now())


def test_mallory_finds_nothing_and_can_do_nothing() -> None:
    deal = make.taken()
    who, now = mallory().account, clock.now()
    terms = mallory().sign(terms_to_sign(deal.trade))
    attempts = [
        lambda: actions.sign_terms(deal.code, by=who, signature=terms, now=now),
        lambda: actions.decline(deal.code, by=who, now=now),
        lambda: actions.cancel(deal.code, by=who, now=now),
        lambda: actions.tell_transaction(deal.code, by=who, hash="0x" + "ab" * 32, now=now),
        lambda: actions.settle(deal.code, by=who, buyer_bps=0, signature=terms, now=now),
        lambda: actions.relay(
            deal.code, by=who, action="release", signature=terms, valid_until=clock.to_unix(now) + 60, now=now
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert deal.fresh().version == 1


def test_a_told_transaction_is_remembered_and_moves_nothing() -> None:
    deal = make.agreed()
    version = deal.trade.version
    told = "0x" + "AB" * 32
    for _ in range(2):
        actions.tell_transaction(deal.code, by=sara().account, hash=told, now=clock.now())
    view = deal.view(ben())
    assert view.chain.transactions == (told.lower(),)
    assert (view.state, view.version) == ("agreed", version)
    for bad in ("0x12", "nonsense", "0x" + "zz" * 32):
        with pytest.raises(Invalid):
            actions.tell_transaction(deal.code, by=sara().account, hash=bad, now=clock.now())
    for n in range(19):
        actions.tell_transaction(deal.code, by=sara().account, hash=f"0x{n:064x}", now=clock.now())
    with pytest.raises(DomainError) as refused:
        actions.tell_transaction(deal.code, by=sara().account, hash="0x" + "cd" * 32, now=clock.now())
    assert refused.value.status == 429
    assert not isinstance(refused.value, Forbidden)
