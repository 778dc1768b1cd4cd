"""Final events in every order: late, twice, unknown, contradicting, and one that breaks."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from escrow.queries import FinalEvent
from exchange.core import audit, clock, money
from exchange.core.models import AuditEntry, OutboxMessage
from exchange.trades import actions, deadlines, project
from exchange.trades.apply import first_broken_entry
from exchange.trades.models import EventCursor, Trade
from exchange.trades.states import MONEY_STATES, State
from tests import trade_builders as make
from tests.builders import ben, catalog, sara
from tests.property.test_trade_states import histories


def arguments(name: str, trade: Trade) -> dict[str, object]:
    amount, later = int(trade.amount), clock.to_unix(clock.now()) + 3600
    to_buyer, to_seller, fee = money.split(amount, buyer_bps=6000, fee_bps=50)
    whole, _, whole_fee = money.split(amount, buyer_bps=10_000, fee_bps=50)
    split = {"how": 1, "buyerBps": 6000, "reasonCode": 3, "toBuyer": to_buyer, "toSeller": to_seller, "fee": fee}
    known: dict[str, dict[str, object]] = {
        "Funded": {},
        "Paid": {"confirmBy": later},
        "Disputed": {"by": sara().address, "ruleBy": later},
        "Released": {"toBuyer": whole, "fee": whole_fee},
        "Refunded": {"toSeller": amount, "expired": False},
        "Resolved": split,
    }
    return known[name]


def event(name: str, trade: Trade) -> FinalEvent:
    return make.event(name, trade, **arguments(name, trade))


def follow(deal: make.Deal, *events: FinalEvent) -> Trade:
    for one in events:
        project._project_one(one)
    return deal.fresh()


@pytest.mark.django_db
def test_a_repeated_event_changes_nothing_even_under_another_id() -> None:
    deal = make.agreed()
    first = event("Funded", deal.trade)
    version = follow(deal, first).version
    assert follow(deal, first, event("Funded", deal.trade)).version == version
    told = OutboxMessage.objects.filter(event="trade.funded").values_list("handler", flat=True)
    assert len(told) == len(set(told)) > 0


@pytest.mark.django_db
def test_events_out_of_order_reach_the_same_state_and_keep_all_times() -> None:
    for order in itertools.permutations(["Funded", "Paid", "Disputed"]):
        deal = make.agreed()
        trade = follow(deal, *(event(name, deal.trade) for name in order))
        assert trade.state == State.DISPUTED
        assert None not in {trade.funded_at, trade.paid_at, trade.disputed_at}
        assert trade.timeline.filter(kind__in=["funded", "paid", "disputed"]).count() == 3
        assert first_broken_entry(trade) is None
        Trade.objects.filter(taker=ben().account).update(taker=sara().account)


@pytest.mark.django_db
def test_an_event_that_contradicts_the_end_freezes_this_trade_only() -> None:
    deal, other = make.agreed(), make.agreed()
    follow(deal, event("Funded", deal.trade), event("Released", deal.trade))
    trade = follow(deal, event("Refunded", deal.trade), event("Funded", other.trade))
    assert (trade.state, trade.is_frozen) == (State.RELEASED, True)
    assert other.fresh().state == State.FUNDED
    assert AuditEntry.objects.filter(act="trade.frozen", subject=deal.code).exists()
    assert audit.first_broken() is None


@pytest.mark.django_db
def test_an_event_that_cannot_be_read_freezes_its_trade_and_lets_the_others_pass() -> None:
    deal, other = make.agreed(), make.agreed()
    trade = follow(deal, make.event("Paid", deal.trade, confirmBy="soon"), event("Funded", other.trade))
    assert (trade.state, trade.is_frozen) == (State.AGREED, True)
    assert other.fresh().state == State.FUNDED


@pytest.mark.django_db
def test_amounts_that_do_not_add_up_never_reach_the_table() -> None:
    deal = make.agreed()
    wrong = make.event("Released", deal.trade, toBuyer=int(deal.trade.amount), fee=1)
    trade = follow(deal, event("Funded", deal.trade), wrong)
    assert (trade.state, trade.is_frozen, trade.to_buyer) == (State.FUNDED, True, None)


@pytest.mark.django_db
def test_credits_and_evidence_are_noted_once() -> None:
    deal = make.agreed()
    follow(deal, event("Funded", deal.trade))
    credit = make.event("Credited", deal.trade, account=ben().address, token="0x", amount=2**100)
    evidence = make.event(
        "Evidence", deal.trade, arbiter="0x", party=ben().address, contentHash="0x", uri="ipfs://<script>"
    )
    trade = follow(deal, credit, evidence, credit, evidence)
    assert [entry.kind for entry in trade.timeline.all()][-2:] == ["credited", "evidence"]
    assert trade.state == State.FUNDED


@pytest.mark.django_db
def test_events_of_no_trade_and_of_unknown_trades_are_ignored() -> None:
    deal = make.agreed()
    Trade.objects.filter(pk=deal.trade.pk).update(trade_id="0x" + "cd" * 32)
    withdrawn = make.event("Withdrawn", deal.trade, account=ben().address, token="0x", to="0x", amount=1)
    assert follow(deal, event("Funded", deal.trade), withdrawn).version == deal.trade.version


@pytest.mark.django_db(transaction=True)
def test_the_cursor_moves_with_the_events_and_reading_again_finds_nothing() -> None:
    make.funded()
    position = EventCursor.objects.get(name=project.CURSOR).position
    assert position > 0
    assert project.project_events() == 0
    EventCursor.objects.update(position=0)
    before = list(Trade.objects.values_list("version", "state"))
    assert project.project_events(limit=1) >= 1
    assert EventCursor.objects.get(name=project.CURSOR).position == position
    assert list(Trade.objects.values_list("version", "state")) == before


@pytest.mark.django_db
def test_a_late_lock_takes_its_quantity_again_only_if_enough_is_left() -> None:
    deal = make.agreed(total_asset="0.1")
    deadlines.close_overdue(deal.trade.lock_by)
    other = make.Deal(trade=_take_rest(deal), seller=sara(), buyer=ben())
    trade = follow(deal, event("Funded", deal.trade))
    assert (trade.state, trade.is_late_lock, trade.holds_units) == (State.FUNDED, True, False)
    assert other.fresh().holds_units


def _take_rest(deal: make.Deal) -> Trade:
    return actions.take(
        deal.trade.offer.code,
        by=ben().account,
        amount_units=int(deal.trade.amount),
        method="sepa-instant",
        now=clock.now(),
    )


class TestAnyHistory(TestCase):
    """The database after any walk through the contract's table, delivered in any order."""

    @classmethod
    def setUpTestData(cls) -> None:
        catalog()
        sara()
        ben()

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories(), st.data())
    def test_state_money_and_timeline_are_right(self, history: tuple[list[str], str], data: st.DataObject) -> None:
        names, status = history
        deal = make.agreed()
        order = data.draw(st.permutations(names + data.draw(st.lists(st.sampled_from(names), max_size=3))))
        trade = follow(deal, *(event(name, deal.trade) for name in order))
        assert trade.state == status
        assert not trade.is_frozen
        assert trade.state in MONEY_STATES
        assert trade.last_event_id is not None
        if trade.finished_at is not None:
            parts = [int(part or 0) for part in (trade.to_buyer, trade.to_seller, trade.fee)]
            assert sum(parts) == int(trade.amount)
            assert min(parts) >= 0
        assert first_broken_entry(trade) is None
