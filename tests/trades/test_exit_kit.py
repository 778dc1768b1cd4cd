"""The exit kit: whole, true, for the two parties only, and verifiable by anyone who has it."""

import json
import re
from typing import Any

import pytest
from eth_account import Account as Wallet
from eth_account.messages import encode_defunct
from pytest_django import Settings

from escrow import abi, calls, deployment, signatures
from escrow.terms import Terms, digest, trade_id
from exchange.core import clock, node_key
from exchange.core.errors import NotFound
from exchange.trades import queries
from exchange.trades.exit_kit import TITLE, exit_kit, exit_page
from tests import trade_builders as make
from tests.builders import Actor, ben, carol, fixed, mallory, sara
from tests.trade_builders import Deal

pytestmark = pytest.mark.django_db
NODE_KEY = "0x" + "42" * 32


def kit_of(deal: Deal, by: Actor) -> dict[str, Any]:
    return exit_kit(deal.code, account=by.account, now=clock.now())


def at(build: Any) -> Deal:
    deal: Deal = build(price=fixed("3121.40"))
    return deal


def test_strangers_and_the_arbiter_get_no_kit() -> None:
    deal = at(make.disputed)
    for nobody in (mallory(), carol()):
        with pytest.raises(NotFound):
            kit_of(deal, nobody)


def test_the_terms_have_the_trade_key_and_the_signatures_are_those_of_the_two() -> None:
    deal = at(make.funded)
    kit = kit_of(deal, ben())
    terms, domain = Terms.from_json(kit["terms"]), queries.domain_of(deal.trade)
    assert kit["trade_id"] == trade_id(terms, domain) == deal.trade.trade_id
    assert (kit["contract"], kit["chain_id"]) == (deployment.contract_address(), 31337)
    assert (kit["role"], kit["seen"]["status"]) == ("buyer", "funded")
    assert {(one["by"], one["what"]) for one in kit["signatures"]} == {
        (ben().address, "terms"),
        (sara().address, "offer"),
    }
    for one in kit["signatures"]:
        assert signatures.recover(digest(one["typed_data"]), one["signature"]) == one["by"]


def test_each_side_gets_its_own_calls_and_the_doors_that_anyone_may_open() -> None:
    deal = at(make.funded)
    doors = {"refund_expired", "escalate", "resolve_expired"}
    acts = {by.account.name: {call["act"] for call in kit_of(deal, by)["calls"]} for by in (ben(), sara())}
    assert acts[ben().account.name] == {"mark_paid", "cancel", "dispute", "withdraw"} | doors
    assert acts[sara().account.name] == {"release", "dispute", "withdraw"} | doors
    terms, domain = queries.terms_of(deal.trade), queries.domain_of(deal.trade)
    by_act = {call["act"]: call for call in kit_of(deal, ben())["calls"]}
    assert by_act["mark_paid"]["data"] == calls.act("mark_paid", terms, domain).data
    assert (by_act["mark_paid"]["until"], by_act["refund_expired"]["after"]) == (terms.pay_by, terms.pay_by)
    for call in by_act.values():
        assert abi.decode_call(call["data"])[0] == call["function"]
        assert (call["to"], call["value"]) == (domain.contract, "0")
    told = {entry["name"] for entry in kit_of(deal, ben())["abi"]}
    assert {call["function"] for call in by_act.values()} <= told


def test_a_release_that_was_signed_but_not_sent_is_in_the_buyers_kit() -> None:
    deal = at(make.paid)
    deal.relay(sara(), "release")
    [signed] = kit_of(deal, ben())["signed_calls"]
    assert (signed["act"], signed["by"]) == ("release", sara().address)
    assert abi.decode_call(signed["data"])[0] == "releaseBySig"
    make.keep()
    assert kit_of(deal, ben())["signed_calls"] == []


def test_without_a_key_the_kit_is_whole_and_with_one_anybody_can_check_who_made_it(settings: Settings) -> None:
    deal = at(make.funded)
    settings.NODE_KEY = ""
    assert kit_of(deal, ben())["node_signature"] is None
    settings.NODE_KEY = NODE_KEY
    kit = kit_of(deal, ben())
    told = kit.pop("node_signature")
    message = encode_defunct(text=node_key.text_of(TITLE, kit))
    assert Wallet.recover_message(message, signature=told["signature"]) == told["address"] == node_key.address()
    kit["rpc_url"] = "https://mallory.example"
    message = encode_defunct(text=node_key.text_of(TITLE, kit))
    assert Wallet.recover_message(message, signature=told["signature"]) != told["address"]


def test_a_mistyped_key_is_refused_without_being_shown(settings: Settings) -> None:
    settings.NODE_KEY = "0x1234"
    with pytest.raises(ValueError, match="NODE_KEY") as caught:
        node_key.address()
    assert "0x1234" not in str(caught.value)


def test_the_page_carries_the_kit_and_no_text_in_it_can_end_its_element() -> None:
    kit = kit_of(at(make.funded), ben())
    kit["site"] = "</script><script>alert(1)</script>"
    page = exit_page(kit)
    inside = re.search(r'<script type="application/json" id="kit">(.*?)</script>', page, re.DOTALL)
    assert inside is not None
    assert json.loads(inside[1]) == kit
    assert page.count("<script") == exit_page().count("<script")
    assert "alert(1)</script>" not in page
