"""A panel rules: a real Safe on the chain is the arbiter, and two of its owners must sign the same ruling."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from escrow import calls, relay, safe
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.models import AuditEntry
from exchange.disputes import actions, panels, queries, rulings
from exchange.disputes.models import PanelSeat, Ruling, RulingSignature
from exchange.disputes.queue import queue
from exchange.stack.demo.chain import DemoChain
from exchange.stack.demo.panel import deploy_panel
from exchange.trades import actions as trade_actions
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.builders import Actor, actor, ben, carol, mallory, offer, sara
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
SALT = bytes(31) + b"\x07"


def dana() -> Actor:
    return actor(8, name="Dana", is_arbiter=True)


def erin() -> Actor:
    return actor(9, name="Erin", is_arbiter=True)


@pytest.fixture
def panel(settings: Settings) -> str:
    """A Safe of Carol, Dana and Erin, two of whom must sign; it judges trades of more than 0.05 ETH."""
    owners = [one.address for one in (carol(), dana(), erin())]
    node = DemoChain(django_settings.CHAIN_RPC_URLS[0])
    address = deploy_panel(node, owners=owners, needed=2, salt=SALT)
    for one in (carol(), dana(), erin()):
        PanelSeat.objects.create(panel=address, member=one.account, since=clock.now())
    settings.PANEL_ADDRESS, settings.PANEL_ABOVE = address, {"ETH": Decimal("0.05")}
    return address


@pytest.fixture
def deal(panel: str) -> make.Deal:
    """A disputed trade of 250 EUR at about 3,000, whose case Carol has claimed."""
    claimed = make.claimed()
    assert claimed.trade.terms["arbiter"] == panel
    return claimed


def propose(deal: make.Deal, *, by: Actor | None = None, buyer_bps: int = 6000, **changes: Any) -> rulings.Decision:
    who = by or carol()
    until = clock.to_unix(clock.now()) + 3600 + changes.pop("later", 0)
    signed = rulings.typed_data_of(deal.trade, buyer_bps=buyer_bps, reason_code=3, valid_until=until)
    facts = {"findings": make.FINDINGS, "signature": who.sign(panels.to_sign(deal.trade, signed, by=who.account))}
    return actions.rule(
        deal.code,
        by=who.account,
        buyer_bps=buyer_bps,
        reason_code=3,
        valid_until=until,
        now=clock.now(),
        **(facts | changes),
    )


def agree(deal: make.Deal, by: Actor) -> rulings.Decision:
    trade, ruling = panels.proposal_to_sign(deal.code, by=by.account, now=clock.now())
    message = panels.to_sign(trade, rulings.ruled_data(trade, ruling), by=by.account)
    return actions.co_sign(deal.code, by=by.account, signature=by.sign(message), now=clock.now())


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


def test_small_trades_keep_the_single_arbiter_and_the_maker_signs_the_rule(panel: str) -> None:
    small, large = make.taken(fiat="100.00"), make.taken(fiat="250.00")
    assert small.trade.terms["arbiter"] == carol().address
    assert large.trade.terms["arbiter"] == panel
    message = large.trade.offer.typed_data["message"]
    assert (message["panel"], message["panelAbove"]) == (panel, str(5 * 10**16))


def test_an_offer_signed_before_there_was_a_panel_must_be_signed_again(settings: Settings) -> None:
    make.deployed()
    made = offer(sara())
    settings.PANEL_ADDRESS, settings.PANEL_ABOVE = mallory().address, {"ETH": Decimal(1)}
    with pytest.raises(Conflict) as refused:
        trade_actions.take(
            made.code, by=ben().account, amount_fiat=Decimal("250.00"), method="sepa-instant", now=clock.now()
        )
    assert refused.value.code == "offer_changed"


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
    for words in ("Ask for more evidence", "Give the case back", "Export and sign", "Open the case with my key"):
        assert words not in page.words
    assert "Read and sign" in sound(visit(dana()).get("/arbiter?state=proposed")).words
    mine = sound(visit(carol()).get(f"/arbiter/cases/{deal.code}"))
    assert "Change it or sign it again" in mine.words
    agree(deal, erin())
    assert visit(dana()).get(f"/arbiter/cases/{deal.code}").status_code == 404


def test_the_operator_is_told_who_can_sign_before_trades_name_the_panel(panel: str, settings: Settings) -> None:
    told = StringIO()
    call_command("check_panel", stdout=told)
    assert f"{panel}: 2 of 3 owners must sign." in told.getvalue()
    assert f"{carol().address}: can sign" in told.getvalue()
    PanelSeat.objects.exclude(member=carol().account).delete()
    PanelSeat.objects.create(panel=panel, member=mallory().account, since=clock.now())
    told = StringIO()
    with pytest.raises(CommandError, match="Only 1 can sign and 2 must"):
        call_command("check_panel", stdout=told)
    assert f"{dana().address}: lacks a seat" in told.getvalue()
    assert f"{mallory().address}: has a seat here but owns no part of the Safe" in told.getvalue()
    settings.PANEL_ADDRESS = mallory().address
    with pytest.raises(CommandError, match="There is no Safe"):
        call_command("check_panel", stdout=StringIO())
    settings.PANEL_ADDRESS = ""
    with pytest.raises(CommandError, match="not set"):
        call_command("check_panel", stdout=StringIO())


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
