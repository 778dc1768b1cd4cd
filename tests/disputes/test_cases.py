"""Cases: who may open, claim, read and rule, and what becomes of them."""

from typing import Any

import pytest

from escrow.models import Intent
from exchange.accounts.models import Account
from exchange.core import audit, clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.models import AuditEntry
from exchange.disputes import actions, queries, rulings
from exchange.disputes.models import Dispute, Ruling
from exchange.disputes.queue import queue
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import Actor, actor, ben, carol, mallory, sara

pytestmark = pytest.mark.django_db


def dana() -> Actor:
    return actor(8, name="Dana", is_arbiter=True)


def state(deal: make.Deal, by: Actor, **changes: Any) -> Dispute:
    facts: dict[str, Any] = {"reason": "wrong-amount", "wish_bps": 6000, "statement": make.STATEMENT, **changes}
    return actions.open_case(deal.code, by=by.account, now=clock.now(), **facts)


def test_a_party_states_its_case_before_the_dispute_is_on_chain_and_both_can_add() -> None:
    deal = make.paid()
    state(deal, ben())
    state(deal, sara(), reason="other-name", wish_bps=0)
    case = queries.case_of_trade(deal.code, account=sara().account, now=clock.now())
    assert case is not None
    assert (case.state, case.reason, case.opened_by, case.rule_by) == ("open", "wrong-amount", ben().address, None)
    assert [(one.side, one.wish_bps) for one in case.statements] == [("buyer", 6000), ("seller", 0)]
    assert case.has_stated
    with pytest.raises(Conflict) as early:
        actions.claim(deal.code, by=carol().account, now=clock.now())
    assert early.value.code == "too_early"
    deal.act(ben(), "dispute")
    actions.follow_dispute(deal.code)
    actions.follow_dispute(deal.code)
    assert Dispute.objects.get().rule_by == deal.fresh().deadline


def test_no_case_before_payment_or_after_the_end() -> None:
    deal = make.funded()
    with pytest.raises(Conflict) as early:
        state(deal, ben())
    assert early.value.code == "too_early"
    assert queries.case_of_trade(deal.code, account=ben().account, now=clock.now()) is None
    with pytest.raises(NotFound):
        actions.add_statement(
            deal.code,
            by=ben().account,
            reason="other",
            wish_bps=0,
            statement=make.STATEMENT,
            now=clock.now(),
        )
    deal.act(sara(), "release")
    with pytest.raises(Conflict) as late:
        state(deal, ben())
    assert late.value.code == "closed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"statement": "x" * 99}, "/statement"),
        ({"statement": " " * 50 + "x" * 99 + " " * 50}, "/statement"),
        ({"statement": "x" * 5001}, "/statement"),
        ({"statement": "x" * 200 + "\x00"}, "/statement"),
        ({"reason": "because"}, "/reason"),
        ({"wish_bps": 10_001}, "/wish_bps"),
        ({"wish_bps": -1}, "/wish_bps"),
    ],
)
def test_statements_that_do_not_fit_name_the_field(changes: dict[str, Any], field: str) -> None:
    deal = make.paid()
    with pytest.raises(Invalid) as refused:
        state(deal, ben(), **changes)
    assert list(refused.value.fields) == [field]


def test_ten_statements_are_enough() -> None:
    deal = make.paid()
    for _ in range(10):
        state(deal, ben())
    with pytest.raises(Conflict) as refused:
        state(deal, ben())
    assert refused.value.code == "enough_said"
    state(deal, sara())


def test_mallory_and_arbiters_of_other_cases_find_no_case() -> None:
    deal = make.claimed()
    for who in (mallory(), dana()):
        with pytest.raises(NotFound):
            queries.case_of_trade(deal.code, account=who.account, now=clock.now())
        with pytest.raises(NotFound):
            state(deal, who)
        with pytest.raises(NotFound):
            trades.trade_for(deal.code, account=who.account, include_arbiter=True)
    with pytest.raises(NotFound):
        queries.case_for(deal.code, arbiter=dana().account, now=clock.now())
    for attempt in (
        lambda: queries.case_for(deal.code, arbiter=mallory().account, now=clock.now()),
        lambda: queue(mallory().account),
        lambda: actions.claim(deal.code, by=mallory().account, now=clock.now()),
        lambda: actions.claim(deal.code, by=sara().account, now=clock.now()),
    ):
        with pytest.raises(Forbidden):
            attempt()
    with pytest.raises(NotFound):
        actions.claim("ZZZZZZZZ", by=carol().account, now=clock.now())


def test_the_case_goes_to_the_arbiter_the_terms_name_and_to_one_only() -> None:
    deal = make.disputed()
    actions.follow_dispute(deal.code)
    with pytest.raises(Forbidden) as other:
        actions.claim(deal.code, by=dana().account, now=clock.now())
    assert other.value.code == "not_named"
    assert queue(dana().account) == []
    row = queue(carol().account)[0]
    assert (row.code, row.state, row.refusal, row.statements) == (deal.code, "open", "", 0)
    with pytest.raises(NotFound):
        queries.case_for(deal.code, arbiter=carol().account, now=clock.now())
    first = actions.claim(deal.code, by=carol().account, now=clock.now())
    again = actions.claim(deal.code, by=carol().account, now=clock.now())
    assert first.claimed_at == again.claimed_at
    assert AuditEntry.objects.filter(act="case.claimed").count() == 1
    assert queue(carol().account, state="claimed")[0].code == deal.code
    assert queue(carol().account, state="open") == []
    Dispute.objects.update(arbiter=dana().account)
    with pytest.raises(Conflict) as taken:
        actions.claim(deal.code, by=carol().account, now=clock.now())
    assert taken.value.code == "claimed"


def test_an_arbiter_who_has_met_a_party_cannot_judge() -> None:
    deal = make.disputed()
    actions.follow_dispute(deal.code)
    old = make.taken().trade
    Trade.objects.filter(pk=old.pk).update(buyer=carol().account, taker=carol().account)
    with pytest.raises(Forbidden) as refused:
        actions.claim(deal.code, by=carol().account, now=clock.now())
    assert refused.value.code == "conflict_of_interest"
    assert "traded with one" in queue(carol().account)[0].refusal


def test_an_arbiter_who_is_a_party_cannot_judge() -> None:
    deal = make.disputed()
    actions.follow_dispute(deal.code)
    Account.objects.filter(pk=sara().account.pk).update(is_arbiter=True)
    with pytest.raises(Forbidden) as refused:
        actions.claim(deal.code, by=sara().account, now=clock.now())
    assert refused.value.code == "conflict_of_interest"


def test_every_reading_of_a_case_file_is_on_record() -> None:
    deal = make.claimed()
    before = AuditEntry.objects.filter(act="case.read", subject=deal.code).count()
    case = queries.case_for(deal.code, arbiter=carol().account, now=clock.now())
    queries.case_for(deal.code, arbiter=carol().account, now=clock.now())
    assert AuditEntry.objects.filter(act="case.read", subject=deal.code).count() == before + 2
    assert audit.first_broken() is None
    assert (case.state, case.trade.role, case.trade.primary) == ("claimed", "arbiter", "rule")
    assert case.trade.seller.address == sara().address


def test_a_signed_ruling_is_relayed_and_the_case_closes_when_the_coins_have_moved() -> None:
    deal = make.claimed()
    decision = deal.rule(carol(), 6000)
    assert (decision.call, decision.ruling.buyer_bps) == (None, 6000)
    case = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert case is not None
    assert case.ruling is not None
    assert (case.state, case.ruling.findings) == ("ruled", make.FINDINGS.strip())
    make.keep()
    assert deal.fresh().state == State.RESOLVED
    actions.close_case(deal.code)
    assert Dispute.objects.get().closed_at == deal.trade.finished_at
    assert queue(carol().account) == []
    assert queue(carol().account, state="closed")[0].code == deal.code
    with pytest.raises(Conflict):
        deal.rule(carol(), 6000)


def test_a_ruling_without_signature_gives_the_call_for_the_arbiters_own_wallet() -> None:
    deal = make.claimed()
    decision = actions.rule(
        deal.code, by=carol().account, buyer_bps=0, reason_code=2, findings=make.FINDINGS, now=clock.now()
    )
    assert decision.intent is None
    assert decision.call is not None
    assert not Intent.objects.filter(purpose="rule").exists()
    make.send(carol(), decision.call)
    make.index()
    trade = deal.fresh()
    assert (trade.state, int(trade.to_seller or 0)) == (State.RESOLVED, int(trade.amount))


def test_a_ruling_stands_but_may_be_signed_again() -> None:
    deal = make.claimed()
    first = deal.rule(carol(), 6000).intent
    assert first is not None
    Intent.objects.filter(pk=first.id).update(state="failed", closed_at=clock.now())
    with pytest.raises(Conflict) as refused:
        deal.rule(carol(), 5000)
    assert refused.value.code == "ruled"
    second = deal.rule(carol(), 6000).intent
    assert second is not None
    assert second.id != first.id
    assert Ruling.objects.count() == 1
    assert AuditEntry.objects.filter(act="case.ruled").count() == 1


def test_only_the_arbiter_who_claimed_rules_with_its_own_wallet() -> None:
    deal = make.claimed()
    for who in (sara(), ben(), mallory()):
        with pytest.raises(Forbidden):
            deal.rule(who, 0)
    with pytest.raises(NotFound):
        deal.rule(dana(), 0)
    until = clock.to_unix(clock.now()) + 3600
    good = rulings.typed_data_of(deal.trade, buyer_bps=6000, reason_code=3, valid_until=until)
    other = rulings.typed_data_of(deal.trade, buyer_bps=6001, reason_code=3, valid_until=until)
    for signature in (sara().sign(dict(good)), carol().sign(dict(other)), "0x"):
        with pytest.raises(Invalid):
            actions.rule(
                deal.code,
                by=carol().account,
                buyer_bps=6000,
                reason_code=3,
                findings=make.FINDINGS,
                signature=signature,
                valid_until=until,
                now=clock.now(),
            )
    assert not Ruling.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"buyer_bps": 10_001}, "/buyer_bps"),
        ({"buyer_bps": -1}, "/buyer_bps"),
        ({"reason_code": 0}, "/reason_code"),
        ({"reason_code": 99}, "/reason_code"),
        ({"findings": "x" * 199}, "/findings"),
        ({"findings": "x" * 5001}, "/findings"),
        ({"signature": "0x"}, "/valid_until"),
    ],
)
def test_rulings_that_do_not_fit_name_the_field(changes: dict[str, Any], field: str) -> None:
    deal = make.claimed()
    facts: dict[str, Any] = {"buyer_bps": 6000, "reason_code": 3, "findings": make.FINDINGS, **changes}
    with pytest.raises(Invalid) as refused:
        actions.rule(deal.code, by=carol().account, now=clock.now(), **facts)
    assert list(refused.value.fields) == [field]


def test_no_ruling_after_the_time_to_rule() -> None:
    deal = make.claimed()
    Dispute.objects.update(rule_by=clock.now() - clock.seconds(1))
    with pytest.raises(Conflict) as late:
        deal.rule(carol(), 6000)
    assert late.value.code == "too_late"


def test_a_refused_ruling_leaves_nothing_behind() -> None:
    deal = make.claimed()
    deal.send_own(sara(), "release")  # not indexed yet
    with pytest.raises(Conflict) as refused:
        deal.rule(carol(), 6000)
    assert refused.value.code == "relay_refused"
    assert not Ruling.objects.exists()
    assert not AuditEntry.objects.filter(act="case.ruled").exists()
    make.index()
    assert deal.fresh().state == State.RELEASED
