"""Whole trades over HTTP, and what each call of them looks like."""

from typing import Any

import pytest

from exchange.trades import queries
from tests.api.client import Api
from tests.api.matrix import FINDINGS, OFFER, STATEMENT
from tests.builders import Actor, ben, carol, catalog, mallory, sara
from tests.trade_builders import Deal, agreed, claimed, coins, deployed, disputed, funded, index, keep, paid, taken

pytestmark = pytest.mark.django_db


def relay(api: Api, by: Actor, code: str, action: str) -> Any:
    """Sign an act as the API says and have it relayed."""
    typed_data = api.get(f"/trades/{code}/actions/{action}")["typed_data"]
    body = {"signature": by.sign(typed_data), "valid_until": typed_data["message"]["validUntil"]}
    return api.post(f"/trades/{code}/actions/{action}", body, expect=202)


def test_sara_and_ben_trade_over_the_api() -> None:
    deployed()
    catalog()
    seller, buyer = sara(), ben()
    hers, his = Api(seller.account), Api(buyer.account)
    offer = hers.post("/offers", OFFER, expect=201)
    assert offer["state"] == "draft"
    published = hers.post(f"/offers/{offer['id']}/signature", {"signature": seller.sign(offer["typed_data"])})
    assert (published["state"], published["takeable"]) == ("active", False)  # one does not take one's own
    (row,) = Api().get("/offers?side=buy&asset=ETH&currency=EUR&amount=250")["items"]
    assert (row["id"], row["price"], row["takeable"]) == (offer["id"], "3000", True)
    quote = his.get(f"/offers/{offer['id']}/quote?amount_fiat=250.00")
    body = {"amount_fiat": "250.00", "method": "sepa-instant", "quote": quote["quote"]}
    trade = his.post(f"/offers/{offer['id']}/take", body, expect=201)
    assert (trade["state"], trade["role"], trade["actions"]) == ("requested", "buyer", ["sign_terms", "cancel"])
    assert (trade["amount"], trade["amount_fiat"]) == (quote["amount"], "250.00")
    assert (trade["buyer"], trade["seller"]) == (buyer.address, seller.address)
    assert trade["terms"]["primaryType"] == "Terms"
    code = trade["id"]
    signed = his.post(f"/trades/{code}/terms-signature", {"signature": buyer.sign(trade["terms"])})
    assert signed["state"] == "agreed"
    how = hers.get(f"/trades/{code}/actions/fund")
    assert how["call"]["value"] == trade["amount"]
    assert how["approve"] is None
    tx_hash = Deal(trade=queries.trade_by_code(code), seller=seller, buyer=buyer).fund()
    assert hers.post(f"/trades/{code}/transactions", {"hash": tx_hash}, expect=202) == {"hash": tx_hash}
    index()
    locked = his.get(f"/trades/{code}")
    assert (locked["state"], locked["chain"]["status"], locked["chain"]["final"]) == ("funded", "funded", True)
    assert locked["chain"]["transactions"] == [tx_hash]
    acted = relay(his, buyer, code, "mark_paid")
    assert (acted["intent"]["state"], acted["state"]) == ("queued", "funded")
    keep()
    assert hers.get(f"/trades/{code}")["actions"] == ["release", "dispute", "settle"]
    before = coins(buyer.address)
    relay(hers, seller, code, "release")
    keep()
    done = his.get(f"/trades/{code}")
    assert (done["state"], done["chain"]["final"], done["actions"]) == ("released", True, [])
    assert coins(buyer.address) - before == int(done["to_buyer"]) == int(trade["buyer_gets"])
    assert [entry["n"] for entry in done["timeline"]] == list(range(1, done["version"] + 1))
    assert his.get("/trades?group=done")["items"][0]["id"] == code


def test_a_disputed_trade_is_ruled_over_the_api() -> None:
    deal = disputed()
    hers, arbiter = Api(deal.seller.account), Api(carol().account)
    hers.get(f"/trades/{deal.code}/dispute", expect=404)
    said = {"reason": "not-received", "wish_bps": 0, "statement": STATEMENT}
    case = hers.post(f"/trades/{deal.code}/dispute", said, expect=201)
    assert [one["side"] for one in case["statements"]] == ["seller"]
    (row,) = arbiter.get("/arbiter/cases")["items"]
    assert (row["id"], row["refusal"]) == (deal.code, None)
    file = arbiter.post(f"/arbiter/cases/{deal.code}/claim")
    assert (file["state"], file["trade"]["role"]) == ("claimed", "arbiter")
    form = arbiter.get(f"/arbiter/cases/{deal.code}/ruling?buyer_bps=6000&reason_code=3")
    assert form["call"]["to"] == form["typed_data"]["domain"]["verifyingContract"]
    body = {"buyer_bps": 6000, "reason_code": 3, "findings": FINDINGS}
    ruled = arbiter.post(
        f"/arbiter/cases/{deal.code}/ruling", {**body, "signature": carol().sign(form["typed_data"])}, expect=202
    )
    assert (ruled["intent"]["state"], ruled["call"]) == ("queued", None)
    keep()
    done = hers.get(f"/trades/{deal.code}")
    assert done["state"] == "resolved"
    assert done["outcome"]["buyer_bps"] == 6000
    amount = int(done["amount"])
    assert int(done["to_seller"]) == amount - amount * 6000 // 10_000


def test_a_ruling_without_a_signature_gives_the_arbiter_the_call_to_send() -> None:
    deal = claimed()
    body = {"buyer_bps": 10_000, "reason_code": 1, "findings": FINDINGS}
    ruled = Api(carol().account).post(f"/arbiter/cases/{deal.code}/ruling", body, expect=202)
    assert ruled["intent"] is None
    assert ruled["call"]["to"] == deal.trade.contract


def test_leaving_before_the_lock_needs_no_signature() -> None:
    deal = agreed()
    his = Api(deal.buyer.account)
    assert his.get(f"/trades/{deal.code}/actions/cancel") == {"typed_data": None, "call": None, "approve": None}
    assert his.post(f"/trades/{deal.code}/actions/cancel", {}, expect=202) == {"intent": None, "state": "cancelled"}


def test_leaving_after_the_lock_needs_a_signature() -> None:
    deal = funded()
    his = Api(deal.buyer.account)
    refused = his.post(f"/trades/{deal.code}/actions/cancel", {}, expect=422)
    assert {error["pointer"] for error in refused["errors"]} == {"/signature", "/valid_until"}
    relay(his, deal.buyer, deal.code, "cancel")
    keep()
    assert his.get(f"/trades/{deal.code}")["state"] == "refunded"


def test_both_sides_settle_over_the_api() -> None:
    deal = paid()
    hers, his = Api(deal.seller.account), Api(deal.buyer.account)
    typed_data = hers.get(f"/trades/{deal.code}/actions/settle?buyer_bps=7000")["typed_data"]
    one = {"buyer_bps": 7000, "signature": deal.seller.sign(typed_data)}
    assert hers.post(f"/trades/{deal.code}/actions/settle", one, expect=202)["intent"] is None
    assert his.get(f"/trades/{deal.code}")["split"] == {"mine": None, "theirs": 7000}
    two = {"buyer_bps": 7000, "signature": deal.buyer.sign(typed_data)}
    assert his.post(f"/trades/{deal.code}/actions/settle", two, expect=202)["intent"]["purpose"] == "settle"
    keep()
    assert his.get(f"/trades/{deal.code}")["state"] == "resolved"


def test_the_maker_of_an_offer_approved_by_hand_declines_or_signs() -> None:
    deal = taken(approve_by_hand=True)
    hers, his = Api(deal.seller.account), Api(deal.buyer.account)
    trade = his.get(f"/trades/{deal.code}")
    waiting = his.post(f"/trades/{deal.code}/terms-signature", {"signature": deal.buyer.sign(trade["terms"])})
    assert waiting["state"] == "requested"
    assert waiting["signed"] == {"maker": False, "taker": True, "maker_needed": True}
    assert hers.post(f"/trades/{deal.code}/decline")["state"] == "declined"


@pytest.mark.parametrize("action", ["explode", "sign_terms", "rule", "FUND"])
def test_what_cannot_be_relayed_is_not_found(action: str) -> None:
    deal = agreed()
    body = {"signature": "0x00", "valid_until": 4_000_000_000}
    Api(deal.seller.account).post(f"/trades/{deal.code}/actions/{action}", body, expect=404)


def test_native_coins_are_offered_no_signature_and_take_none() -> None:
    deal = agreed()
    hers = Api(deal.seller.account)
    assert hers.get(f"/trades/{deal.code}/actions/fund")["typed_data"] is None
    body = {"signature": "0x00", "valid_until": 4_000_000_000}
    refused = hers.post(f"/trades/{deal.code}/actions/fund", body, expect=409)
    assert refused["code"] == "not_signable"


def test_the_other_side_s_and_mallory_s_signatures_move_nothing() -> None:
    deal = funded()
    his = Api(deal.buyer.account)
    typed_data = his.get(f"/trades/{deal.code}/actions/mark_paid")["typed_data"]
    until = typed_data["message"]["validUntil"]
    for forger in (deal.seller, mallory()):
        body = {"signature": forger.sign(typed_data), "valid_until": until}
        refused = his.post(f"/trades/{deal.code}/actions/mark_paid", body, expect=422)
        assert refused["errors"][0]["pointer"] == "/signature"
    other = {"signature": deal.buyer.sign(typed_data), "valid_until": until + 1}
    his.post(f"/trades/{deal.code}/actions/mark_paid", other, expect=422)
    assert his.get(f"/trades/{deal.code}")["chain"]["intents"] == []


def test_codes_are_read_as_people_write_them() -> None:
    deal = agreed()
    assert Api(deal.buyer.account).get(f"/trades/{deal.code.lower()}")["id"] == deal.code
