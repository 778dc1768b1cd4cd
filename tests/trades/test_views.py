"""What each person sees of a trade, and their lists."""

import pytest

from exchange.core import clock
from exchange.core.errors import Invalid, NotFound
from exchange.trades import actions, listing, queries
from exchange.trades.apply import first_broken_entry
from exchange.trades.models import TimelineEntry
from exchange.trades.view import terms_to_sign
from tests import trade_builders as make
from tests.builders import Actor, ben, carol, mallory, sara
from tests.hearing import hints_heard

pytestmark = pytest.mark.django_db


def codes(by: Actor, group: str | None = None) -> list[str]:
    return [view.code for view in listing.trades_of(by.account, now=clock.now(), group=group).items]


def test_each_side_sees_its_own_part() -> None:
    deal = make.funded()
    his, hers = deal.view(ben()), deal.view(sara())
    assert (his.role, his.is_maker, his.peer.address) == ("buyer", False, sara().address)
    assert (hers.role, hers.is_maker, hers.peer.address) == ("seller", True, ben().address)
    assert (his.ui_state, his.actions) == ("locked", ("mark_paid", "cancel", "settle"))
    assert hers.actions == ("release", "settle")
    assert his.buyer_gets + his.fee == his.amount
    assert (his.chain.status, his.chain.is_final, his.chain.required) == ("funded", True, 1)
    assert [line.side for line in his.timeline] == ["buyer", "buyer", "chain"]
    assert terms_to_sign(deal.trade)["primaryType"] == "Terms"


def test_the_arbiter_sees_nothing_before_the_claim() -> None:
    deal = make.disputed()
    with pytest.raises(NotFound):
        queries.trade_for(deal.code, account=carol().account, include_arbiter=True)
    deal = make.claimed()
    queries.trade_for(deal.code, account=carol().account, include_arbiter=True)
    with pytest.raises(NotFound):
        queries.trade_for(deal.code, account=carol().account)
    assert deal.view(carol()).role == "arbiter"


def test_mallory_and_visitors_find_no_trade_whatever_they_ask() -> None:
    deal = make.funded()
    for account in (mallory().account, None):
        for include_arbiter in (True, False):
            with pytest.raises(NotFound):
                queries.trade_for(deal.code, account=account, include_arbiter=include_arbiter)
    assert queries.trade_for(deal.code.lower(), account=ben().account).code == deal.code
    assert queries.role_for(deal.code, account=mallory().account).side == "stranger"
    assert queries.role_for("ZZZZZZZZ", account=ben().account).side == "stranger"


def test_lists_are_grouped_by_whose_turn_it_is() -> None:
    to_sign = make.taken()
    to_lock = make.agreed()
    case = make.disputed()
    gone = make.taken()
    actions.cancel(gone.code, by=ben().account, now=clock.now())
    assert codes(ben(), "your_turn") == [to_sign.code]
    assert codes(ben(), "waiting") == [to_lock.code]
    assert codes(ben(), "disputes") == codes(sara(), "disputes") == [case.code]
    assert codes(sara(), "your_turn") == [to_lock.code]
    assert codes(ben(), "done") == [gone.code]
    assert len(codes(ben())) == 4
    assert codes(mallory()) == []
    assert listing.count_turns(sara().account, now=clock.now()) == 1
    for wrong in ({"group": "all"}, {"cursor": "x"}):
        with pytest.raises(Invalid):
            listing.trades_of(ben().account, now=clock.now(), **wrong)


def test_ended_trades_come_in_pages() -> None:
    ended = []
    for _ in range(3):
        deal = make.taken()
        actions.cancel(deal.code, by=ben().account, now=clock.now())
        ended.append(deal.code)
    first = listing.trades_of(sara().account, now=clock.now(), group="done", limit=2)
    second = listing.trades_of(sara().account, now=clock.now(), group="done", limit=2, cursor=first.next)
    assert [view.code for view in (*first.items, *second.items)] == ended[::-1]
    assert second.next is None


@pytest.mark.django_db(transaction=True)
def test_open_pages_hear_of_versions_and_of_the_chain() -> None:
    deal = make.agreed()
    with hints_heard() as heard:
        deal.fund()
        make.index()
    messages = [message for topic, message in heard if topic == f"trade:{deal.code}"]
    assert {"t": "trade", "id": deal.code, "v": 3, "say": "The coins are locked in escrow."} in messages
    assert {"t": "chain", "id": deal.code, "v": 3} in messages


def test_a_changed_or_missing_timeline_row_shows() -> None:
    deal = make.funded()
    assert first_broken_entry(deal.trade) is None
    TimelineEntry.objects.filter(trade=deal.trade, n=2).update(actor=mallory().address)
    assert first_broken_entry(deal.trade) == 2
    TimelineEntry.objects.filter(trade=deal.trade, n=3).delete()
    TimelineEntry.objects.filter(trade=deal.trade, n=2).update(actor=ben().address)
    assert first_broken_entry(deal.trade) == 3
