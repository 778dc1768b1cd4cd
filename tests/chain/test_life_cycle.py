"""Whole lives of trades, from the seller's coins to the last wei, through calls, indexer, mirror and books."""

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from pytest_django import Settings

from escrow import abi, calls, deployment, queries
from escrow.calls import Call
from escrow.models import ChainEvent, Credit, Escrow
from escrow.reconcile import reconcile
from escrow.terms import Domain, trade_id
from tests.chain.world import ADDRESS, DAY, ETHER, World

pytestmark = pytest.mark.django_db


def names(world: World) -> list[str]:
    return [event.name for event in queries.final_events(after=0)]


def assert_books_agree(world: World) -> None:
    report = reconcile(world.chain, contracts=deployment.contracts())
    assert report.differences == ()


def test_a_released_trade_pays_the_buyer_and_credits_the_fee(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    world.catch_up()
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    assert (view.head_status, view.final_status, view.confirmations, view.required) == ("funded", "funded", 1, 1)
    assert view.head_deadline is not None
    assert int(view.head_deadline.timestamp()) == terms.pay_by
    world.act("mark_paid", terms, by="ben")
    before = world.balance(ADDRESS["ben"])
    world.act("release", terms, by="sara")
    world.catch_up()
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    assert view.final_status == "released"
    assert view.is_final
    assert (view.to_buyer, view.fee) == (ETHER * 9950 // 10000, ETHER * 50 // 10000)
    assert world.balance(ADDRESS["ben"]) - before == view.to_buyer
    assert Credit.objects.get().final_amount == view.fee
    assert names(world) == ["Funded", "Paid", "Released"]
    assert_books_agree(world)


def test_final_events_come_in_chain_order_with_everything_a_reader_needs(world: World) -> None:
    terms = world.terms()
    tx_hash = world.fund(terms)
    world.act("cancel", terms, by="ben")
    world.catch_up()
    funded, refunded = queries.final_events(after=0)
    assert funded.args["terms"]["amount"] == ETHER
    assert funded.args["tradeId"] == funded.trade_id == world.trade_id(terms)
    assert (funded.tx_hash, funded.chain_id, funded.contract) == (tx_hash, 31337, world.domain.contract)
    assert refunded.args == {"tradeId": funded.trade_id, "toSeller": ETHER, "expired": False}
    assert funded.position < refunded.position
    assert queries.final_events(after=funded.position) == [refunded]
    assert queries.final_events(after=0, limit=1) == [funded]


def test_a_token_trade_is_disputed_and_split_by_the_arbiter(world: World) -> None:
    token = deployment.demo_token_address()
    terms = world.terms(token=token, amount=250_000_001)
    world.fund(terms)
    world.act("mark_paid", terms, by="ben")
    world.act("dispute", terms, by="sara")
    world.catch_up()
    assert_books_agree(world)
    world.send(world.ruling(terms, buyer_bps=6000), by="mallory")
    world.catch_up()
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    gross = 250_000_001 * 6000 // 10_000
    fee = gross * 50 // 10_000
    assert (view.to_buyer, view.to_seller, view.fee) == (gross - fee, 250_000_001 - gross, fee)
    resolved = queries.final_events(after=0)[-1]
    assert (resolved.name, resolved.args["how"], resolved.args["reasonCode"]) == ("Resolved", 1, 3)
    assert queries.totals().credited == {token: fee}
    assert_books_agree(world)


def test_both_parties_settle_and_the_fee_is_withdrawn(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    world.send(world.settlement(terms, buyer_bps=2500), by="ben")
    world.catch_up()
    assert queries.totals().escrowed == {}
    assert_books_agree(world)
    world.send(calls.withdraw(world.domain, token=terms.token, to=ADDRESS["fred"]), by="fred")
    world.catch_up()
    assert not Credit.objects.exists()
    assert names(world)[-1] == "Withdrawn"
    assert_books_agree(world)


def test_a_payout_that_cannot_be_pushed_becomes_a_credit(world: World) -> None:
    world.rpc("anvil_setCode", ADDRESS["ben"], "0x60006000fd")  # reverts whatever it is sent
    terms = world.terms(fee_bps=0)
    world.fund(terms)
    world.act("release", terms, by="sara")
    world.catch_up()
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    assert [(one.account, one.token, one.amount) for one in view.credits] == [(ADDRESS["ben"], terms.token, ETHER)]
    assert_books_agree(world)


def test_evidence_is_kept_and_moves_nothing(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    uri = "ipfs://<script>\u0000\u00e9"
    data = abi.encode_call("submitEvidence", calls.as_tuple(terms), b"\x07" * 32, uri)
    world.send(Call(to=world.domain.contract, data=data, value=0, chain_id=31337), by="ben")
    world.catch_up()
    event = queries.final_events(after=0)[-1]
    assert event.name == "Evidence"
    assert event.args["uri"] == "ipfs://<script>\ufffd\u00e9"
    assert event.args["party"] == ADDRESS["ben"]
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    assert view.final_status == "funded"


def test_with_more_confirmations_events_are_shown_before_they_count(world: World, settings: Settings) -> None:
    settings.CONFIRMATIONS = world.confirmations = 3
    terms = world.terms()
    world.fund(terms)
    world.catch_up()
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    assert (view.head_status, view.final_status, view.confirmations, view.required) == ("funded", "none", 1, 3)
    assert queries.final_events(after=0) == []
    world.mine(1)
    [step] = world.catch_up()
    assert step.changed == {world.trade_id(terms)}, "an open page counts confirmations"
    world.mine(1)
    world.catch_up()
    view = queries.escrow_of(world.trade_id(terms))
    assert view is not None
    assert (view.final_status, view.confirmations) == ("funded", 3)
    assert names(world) == ["Funded"]


def test_mallorys_own_copy_of_the_contract_is_not_listened_to(world: World) -> None:
    code = abi.artifact("Escrow")["bytecode"].removeprefix("0x")
    copy = Call(to=deployment.factory(), data="0x" + "66" * 32 + code, value=0, chain_id=31337)
    world.send(copy, by="mallory", gas=6_000_000)
    created = keccak(bytes.fromhex("ff" + deployment.factory()[2:] + "66" * 32) + keccak(hexstr=code))[-20:]
    elsewhere = Domain(chain_id=31337, contract=str(to_checksum_address(created)))
    terms = world.terms(seller=ADDRESS["mallory"])
    world.send(calls.fund(terms, elsewhere), by="mallory")
    assert world.balance(elsewhere.contract) == ETHER
    world.catch_up()
    assert not ChainEvent.objects.exists()
    assert queries.escrow_of(trade_id(terms, elsewhere)) is None


def test_reconcile_names_what_is_wrong_and_forgives_gifts(world: World) -> None:
    terms = world.terms(arbitration_window=DAY)
    world.fund(terms)
    world.catch_up()
    world.rpc("anvil_setBalance", world.domain.contract, hex(ETHER + 5))
    report = reconcile(world.chain, contracts=deployment.contracts())
    assert [one.kind for one in report.differences] == ["surplus"]
    assert report.is_clean
    world.rpc("anvil_setBalance", world.domain.contract, hex(ETHER - 1))
    Escrow.objects.update(head_status="paid")
    report = reconcile(world.chain, contracts=deployment.contracts())
    assert sorted(one.kind for one in report.differences) == ["shortfall", "status"]
    assert not report.is_clean
