"""One trade after another from take to payout, against the real contract."""

import pytest

from escrow import queries as chain
from exchange.core import clock, money
from exchange.offers.models import Offer
from exchange.trades import deadlines
from exchange.trades.apply import first_broken_entry
from exchange.trades.models import Trade
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import ben, carol, fixed, mallory, offer, sara

pytestmark = pytest.mark.django_db(transaction=True)


def payouts(trade: Trade) -> tuple[int, int, int]:
    return int(trade.to_buyer or 0), int(trade.to_seller or 0), int(trade.fee or 0)


def test_sara_sells_and_ben_who_pays_no_gas_receives_amount_minus_fee() -> None:
    deal = make.agreed()
    assert deal.view(ben()).ui_state == "awaiting_escrow"
    assert deal.view(sara()).primary == "fund"
    assert deal.view(ben()).actions == ("cancel",)
    deal.fund()
    make.index()
    assert deal.fresh().state == State.FUNDED
    assert deal.view(ben()).primary == "mark_paid"
    before = make.coins(ben().address)
    assert deal.act(ben(), "mark_paid").state == State.PAID
    assert deal.view(sara()).primary == "release"
    trade = deal.act(sara(), "release")
    assert trade.state == State.RELEASED
    to_buyer, to_seller, fee = money.split(int(trade.amount), buyer_bps=10_000, fee_bps=50)
    assert payouts(trade) == (to_buyer, to_seller, fee)
    assert make.coins(ben().address) - before == to_buyer
    kinds = [entry.kind for entry in trade.timeline.all()]
    assert kinds == ["requested", "agreed", "funded", "sent", "paid", "sent", "released"]
    assert first_broken_entry(trade) is None
    assert trade.version == len(kinds)
    assert deal.view(ben()).actions == ()


def test_ben_makes_an_offer_to_buy_demo_dollars_and_sara_takes_it() -> None:
    deal = make.agreed(
        maker=ben(), taker=sara(), side="buy", asset="DUSD", price=fixed("0.92"), total_asset="5000", fiat="920.00"
    )
    assert (deal.trade.seller, deal.trade.buyer) == (sara().account, ben().account)
    assert int(deal.trade.amount) == 1_000_000_000
    make.deploy_demo_dollars(sara(), 2000)
    deal.fund()
    make.index()
    assert deal.fresh().state == State.FUNDED
    trade = deal.act(sara(), "release")
    assert payouts(trade) == (995_000_000, 0, 5_000_000)


def test_ben_gives_up_after_the_lock_and_sara_gets_everything_back() -> None:
    deal = make.funded()
    trade = deal.act(ben(), "cancel")
    assert trade.state == State.REFUNDED
    assert payouts(trade) == (0, int(trade.amount), 0)
    assert trade.ended_by is None


def test_ben_neither_pays_nor_cancels_and_the_door_of_time_refunds_sara() -> None:
    deal = make.funded(payment_window=60)
    snapshot = make.node().call("evm_snapshot")
    try:
        make.pass_time(40 * 60 + 60 + 15 * 60)
        make.keep()
        trade = deal.fresh()
    finally:
        make.node().call("evm_revert", snapshot)
    assert trade.state == State.REFUNDED
    assert trade.outcome == {"expired": True}
    assert trade.ended_by == ben().account


def test_both_settle_and_nobody_else_is_needed() -> None:
    deal = make.paid()
    assert deal.settle(ben(), 5000).intent is None
    assert deal.view(sara()).split.theirs == 5000
    assert deal.settle(sara(), 4000).intent is None
    assert deal.view(ben()).split.theirs == 4000
    assert deal.settle(ben(), 4000).intent is not None
    make.keep()
    trade = deal.fresh()
    assert trade.state == State.RESOLVED
    assert payouts(trade) == money.split(int(trade.amount), buyer_bps=4000, fee_bps=50)
    assert trade.outcome["how"] == "settled"


def test_carol_rules_sixty_to_forty_and_both_are_paid() -> None:
    deal = make.claimed()
    before = make.coins(ben().address)
    decision = deal.rule(carol(), 6000)
    assert decision.intent is not None
    assert deal.view(carol()).ui_state == "ruled"
    make.keep()
    trade = deal.fresh()
    assert trade.state == State.RESOLVED
    assert payouts(trade) == money.split(int(trade.amount), buyer_bps=6000, fee_bps=50)
    assert make.coins(ben().address) - before == payouts(trade)[0]
    assert trade.outcome == {"how": "ruled", "buyer_bps": 6000, "reason_code": 3}


def test_an_expired_trade_whose_coins_are_locked_after_all_runs_on() -> None:
    deal = make.agreed()
    offer_row = Offer.objects.get(pk=deal.trade.offer_id)
    left = int(offer_row.remaining_units)
    assert deadlines.close_overdue(deal.trade.lock_by + clock.seconds(1)) == 1
    assert deal.fresh().state == State.EXPIRED
    offer_row.refresh_from_db()
    assert int(offer_row.remaining_units) == left + int(deal.trade.amount)
    deal.fund()
    make.index()
    trade = deal.fresh()
    assert trade.state == State.FUNDED
    assert (trade.is_late_lock, trade.finished_at, trade.ended_by) == (True, None, None)
    offer_row.refresh_from_db()
    assert int(offer_row.remaining_units) == left
    assert deal.act(sara(), "release").state == State.RELEASED


def test_a_lock_that_is_seen_but_not_final_is_not_expired(settings: pytest.FixtureRequest) -> None:
    settings.CONFIRMATIONS = 3  # type: ignore[attr-defined]
    deal = make.agreed()
    deal.fund()
    make.index()
    assert deal.fresh().state == State.AGREED
    assert deal.view(ben()).ui_state == "locking"
    assert deal.view(ben()).actions == ()
    assert (deal.view(ben()).chain.confirmations, deal.view(ben()).chain.required) == (1, 3)
    assert deadlines.close_overdue(deal.trade.lock_by + clock.seconds(1)) == 0
    make.pass_time(1)
    make.pass_time(1)
    make.index()
    assert deal.fresh().state == State.FUNDED


def test_a_lock_of_terms_that_nobody_took_here_is_ignored() -> None:
    deal = make.agreed()
    Trade.objects.filter(pk=deal.trade.pk).update(trade_id="0x" + "ab" * 32)
    deal.fund()
    make.index()
    assert deal.fresh().state == State.AGREED
    assert chain.escrow_of("0x" + "ab" * 32) is None


def test_a_reorganisation_below_finality_freezes_the_trade_until_the_chain_agrees_again() -> None:
    deal = make.funded()
    make.node().call("anvil_reorg", 1, [])
    make.index()
    trade = deal.fresh()
    assert trade.is_frozen
    assert deal.view(ben()).actions == ()
    with pytest.raises(Exception, match="rewritten deeper"):
        deal.relay(ben(), "mark_paid")
    deal.fund()
    make.index()
    trade = deal.fresh()
    assert not trade.is_frozen
    assert deal.view(ben()).primary == "mark_paid"
    assert [entry.kind for entry in trade.timeline.all()][-3:] == ["funded", "frozen", "thawed"]
    assert first_broken_entry(trade) is None


def test_ben_may_send_his_own_transaction_and_mallory_cannot_release() -> None:
    deal = make.funded()
    deal.send_own(ben(), "mark_paid")
    make.index()
    assert deal.fresh().state == State.PAID
    with pytest.raises(Exception, match=r"revert|NotSeller|refuse"):
        deal.send_own(mallory(), "release")
    make.index()
    assert deal.fresh().state == State.PAID
    assert offer(sara()).state == "active"
