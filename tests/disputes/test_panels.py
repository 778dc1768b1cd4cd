"""A panel rules: a real Safe on the chain is the arbiter, and two of its owners must sign the same ruling."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from escrow import calls, relay, safe
from escrow.models import Intent
from escrow.terms import digest
from exchange.api.render import disputes as render
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.models import AuditEntry
from exchange.disputes import actions, panels, queries, rulings
from exchange.disputes.models import PanelSeat, Ruling, RulingSignature
from exchange.disputes.queue import queue
from exchange.notifications import handlers, reminders
from exchange.notifications.models import Kind, Notification
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.builders import actor, ben, carol, mallory, sara
from tests.disputes.seats import agree, dana, erin, propose, seated_panel
from tests.parallel import at_once
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(settings: Settings) -> str:
    """A Safe of Carol, Dana and Erin, two of whom must sign; it judges trades of more than 0.05 ETH."""
    return seated_panel(settings)


@pytest.fixture
def deal(panel: str) -> make.Deal:
    """A disputed trade of 250 EUR at about 3,000, whose case Carol has claimed."""
    claimed = make.claimed()
    assert claimed.trade.terms["arbiter"] == panel
    return claimed


def test_two_of_three_sign_and_the_contract_splits_the_coins(deal: make.Deal) -> None:
    before = (make.coins(sara().address), make.coins(ben().address))
    first = propose(deal)
    assert first.intent is None
    assert first.ruling.is_proposed
    second = agree(deal, dana())
    assert second.intent is not None
    make.keep()
    trade = deal.fresh()
    assert trade.state == "resolved"
    gross = int(trade.amount) * 6000 // 10_000
    fee = gross * int(trade.terms["feeBps"]) // 10_000
    assert make.coins(ben().address) - before[1] == gross - fee
    assert make.coins(sara().address) - before[0] == int(trade.amount) - gross
    case = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert case is not None
    assert case.ruling is not None
    assert case.ruling.signers == ("Carol", "Dana")


def test_the_parties_are_told_nothing_before_enough_have_signed(deal: make.Deal) -> None:
    propose(deal)
    for party in (sara(), ben()):
        case = queries.case_of_trade(deal.code, account=party.account, now=clock.now())
        assert case is not None
        assert (case.state, case.ruling) == ("claimed", None)
    assert not AuditEntry.objects.filter(act="case.ruled").exists()
    assert not any(entry.kind == "ruled" for entry in deal.view(ben()).timeline)
    agree(deal, erin())
    case = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert case is not None
    assert case.state == "ruled"


def test_one_signature_moves_nothing_however_it_is_sent(deal: make.Deal) -> None:
    made = propose(deal).ruling
    twice = RulingSignature.objects.get().signature
    # Mallory at the keyboard of the server: the same signature twice, handed to the contract by herself.
    for forged in (twice, safe.join({carol().address: twice, dana().address: twice})):
        call = calls.resolve_by_signature(
            trades.terms_of(deal.trade),
            trades.domain_of(deal.trade),
            buyer_bps=6000,
            reason_code=3,
            valid_until=clock.to_unix(made.valid_until) if made.valid_until else 0,
            signature=forged,
        )
        with pytest.raises(relay.RelayRefused):
            relay.request(call, purpose="rule", trade_id=deal.trade.trade_id, account=carol().address, key=forged)
    assert deal.fresh().state == "disputed"


def test_only_other_members_of_the_panel_see_and_sign_a_proposal(deal: make.Deal) -> None:
    with pytest.raises(NotFound):
        queries.case_for(deal.code, arbiter=dana().account, now=clock.now())
    propose(deal)
    stranger = actor(11, name="Stranger", is_arbiter=True)
    for who in (stranger, carol()):
        with pytest.raises(NotFound):
            panels.proposed_case(deal.code, member=who.account)
    for who in (mallory(), sara(), ben()):
        with pytest.raises(Forbidden):
            panels.proposed_case(deal.code, member=who.account)
    seen = queries.case_for(deal.code, arbiter=dana().account, now=clock.now())
    assert seen.ruling is not None
    assert (seen.ruling.is_proposed, seen.ruling.signers) == (True, ("Carol",))
    assert AuditEntry.objects.filter(act="case.read", actor=dana().address, subject=deal.code).count() == 1
    assert [row.can_sign for row in queue(dana().account, state="proposed")] == [True]
    assert [row.can_sign for row in queue(carol().account, state="proposed")] == [False]
    assert queue(dana().account, state="ruled") == []


def test_a_member_who_is_a_party_or_has_traded_with_one_cannot_sign(deal: make.Deal) -> None:
    propose(deal)
    Trade.objects.filter(pk=deal.trade.pk).update(buyer=erin().account)
    with pytest.raises(Forbidden) as refused:
        panels.proposed_case(deal.code, member=erin().account)
    assert refused.value.code == "conflict_of_interest"


def test_a_seat_without_a_part_of_the_safe_signs_nothing(deal: make.Deal, panel: str) -> None:
    intruder = actor(11, name="Intruder", is_arbiter=True)
    PanelSeat.objects.create(panel=panel, member=intruder.account, since=clock.now())
    propose(deal)
    with pytest.raises(Forbidden) as refused:
        agree(deal, intruder)
    assert refused.value.code == "not_owner"
    assert RulingSignature.objects.count() == 1


def test_a_signature_of_anything_else_or_by_anyone_else_is_refused(deal: make.Deal) -> None:
    with pytest.raises(Invalid):
        deal.rule(carol(), 6000)  # the ruling itself, not the panel's message
    propose(deal)
    trade, ruling = panels.proposal_to_sign(deal.code, by=dana().account, now=clock.now())
    bare = rulings.ruled_data(trade, ruling)
    other = rulings.typed_data_of(trade, buyer_bps=9000, reason_code=3, valid_until=int(bare["message"]["validUntil"]))
    wrong = (
        dana().sign(bare),
        dana().sign(panels.to_sign(trade, other, by=dana().account)),
        erin().sign(panels.to_sign(trade, bare, by=dana().account)),
        RulingSignature.objects.get().signature,
        "0x",
        "0x" + "00" * 65,
    )
    for signature in wrong:
        with pytest.raises(Invalid) as refused:
            actions.co_sign(deal.code, by=dana().account, signature=signature, now=clock.now())
        assert refused.value.code == "bad_signature"
    assert RulingSignature.objects.count() == 1


def test_a_changed_proposal_drops_what_others_signed_and_a_complete_one_cannot_change(
    deal: make.Deal,
) -> None:
    propose(deal)
    stale = panels.proposal_to_sign(deal.code, by=dana().account, now=clock.now())
    propose(deal, buyer_bps=4000)
    with pytest.raises(Conflict) as changed:
        panels.lock_proposal(stale[1], stale[0])
    assert changed.value.code == "ruled"
    assert [one.signer.address for one in RulingSignature.objects.all()] == [carol().address]
    assert agree(deal, dana()).ruling.buyer_bps == 4000
    with pytest.raises(Conflict) as late:
        propose(deal, buyer_bps=9000)
    assert late.value.code == "pending"
    assert Ruling.objects.get().buyer_bps == 4000


def test_a_first_signature_that_has_run_out_asks_for_a_new_one(deal: make.Deal) -> None:
    made = propose(deal).ruling
    assert made.valid_until is not None
    with pytest.raises(Conflict) as refused:
        panels.proposal_to_sign(deal.code, by=dana().account, now=made.valid_until)
    assert refused.value.code == "signature_expired"
    propose(deal, later=100)
    assert agree(deal, dana()).intent is not None


def test_signing_twice_is_signing_once(deal: make.Deal) -> None:
    propose(deal)
    propose(deal)
    assert RulingSignature.objects.count() == 1
    assert Ruling.objects.get().is_proposed


def test_without_a_signature_a_panel_cannot_rule(deal: make.Deal) -> None:
    with pytest.raises(Invalid) as refused:
        propose(deal, signature=None)
    assert "/signature" in refused.value.fields


def test_an_address_that_is_no_safe_is_said_so(deal: make.Deal, panel: str) -> None:
    Trade.objects.filter(pk=deal.trade.pk).update(terms={**deal.trade.terms, "arbiter": mallory().address})
    PanelSeat.objects.create(panel=mallory().address, member=carol().account, since=clock.now())
    with pytest.raises(Conflict) as refused:
        propose(deal)
    assert refused.value.code == "panel_unknown"
    assert not Ruling.objects.exists()


def test_a_colleagues_page_shows_the_proposal_and_no_door_that_is_not_hers(deal: make.Deal) -> None:
    propose(deal)
    page = sound(visit(dana()).get(f"/arbiter/cases/{deal.code}"))
    assert "1 of 2 signatures" in page.words
    assert "Sign this ruling too" in page.words
    assert "Carol shares the key of this case" in page.words
    for words in ("Ask for more evidence", "Give the case back", "Export and sign"):
        assert words not in page.words
    assert "Read and sign" in sound(visit(dana()).get("/arbiter?state=proposed")).words
    mine = sound(visit(carol()).get(f"/arbiter/cases/{deal.code}"))
    assert "Change it or sign it again" in mine.words
    agree(deal, erin())
    assert visit(dana()).get(f"/arbiter/cases/{deal.code}").status_code == 404


def test_who_gives_the_case_back_withdraws_the_proposal_and_another_member_takes_it_on(deal: make.Deal) -> None:
    propose(deal)
    assert "Give the case back" in sound(visit(carol()).get(f"/arbiter/cases/{deal.code}")).words
    actions.recuse(deal.code, by=carol().account, reason="I know the buyer's brother.", now=clock.now())
    assert not Ruling.objects.exists()
    assert not RulingSignature.objects.exists()
    with pytest.raises(NotFound):
        panels.proposed_case(deal.code, member=erin().account)
    actions.claim(deal.code, by=dana().account, now=clock.now())
    assert propose(deal, by=dana()).ruling.is_proposed
    with pytest.raises(Forbidden) as refused:
        panels.proposed_case(deal.code, member=carol().account)
    assert refused.value.code == "recused"
    agree(deal, erin())
    with pytest.raises(Conflict) as ruled:
        actions.recuse(deal.code, by=dana().account, reason="I know the buyer's brother.", now=clock.now())
    assert ruled.value.code == "ruled"


def test_who_has_not_signed_yet_is_told_and_reminded_and_the_parties_read_of_no_proposal(deal: make.Deal) -> None:
    propose(deal)
    emitted = {"trade": deal.code, "by": carol().address, "at": 1}
    handlers.on_proposed(emitted)
    handlers.on_proposed(emitted)
    told = Notification.objects.filter(text__contains="waits for your signature")
    assert sorted(one.account.name for one in told) == ["Dana", "Erin"]
    deadline = deal.fresh().deadline
    assert deadline is not None
    reminders.remind(deadline - timedelta(minutes=1))
    waited = Notification.objects.filter(kind=Kind.REMINDER, text__contains="still waits for your signature")
    assert sorted(one.account.name for one in waited) == ["Dana", "Erin"]
    seen = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert seen is not None
    assert not any("ruling" in one.words for one in seen.readings)
    page = sound(visit(ben()).get(f"/trades/{deal.code}/dispute"))
    assert "proposed a ruling" not in page.words
    agree(deal, dana())
    seen = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert seen is not None
    assert {"proposed a ruling to the panel", "signed the ruling too"} <= {one.words for one in seen.readings}


@pytest.mark.django_db(transaction=True)
def test_two_members_who_complete_a_ruling_at_once_send_it_once(settings: Settings) -> None:
    seated_panel(settings)
    deal = make.claimed()
    propose(deal)
    both = [dana(), erin()]
    answers = at_once(2, lambda number: agree(deal, both[number]))
    refused = [one for one in answers if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], Conflict | NotFound)
    assert Intent.objects.filter(purpose="rule").count() == 1
    make.keep()
    assert deal.fresh().state == "resolved"


def test_the_members_answer_holds_what_a_program_needs_to_check_it(deal: make.Deal) -> None:
    propose(deal)
    trade, ruling = panels.proposal_to_sign(deal.code, by=dana().account, now=clock.now())
    told = render.proposal(trade, ruling, by=dana().account)
    assert "0x" + digest(told["terms"]).hex() == trade.trade_id == told["ruling_data"]["message"]["tradeId"]
    assert told["typed_data"]["message"]["message"] == "0x" + digest(told["ruling_data"]).hex()
    assert told["typed_data"]["domain"]["verifyingContract"] == told["terms"]["message"]["arbiter"] == told["panel"]
