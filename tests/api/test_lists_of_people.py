"""Whom one blocks and trusts: private, in force both ways, and no bar to running trades."""

import pytest

from exchange.trades.models import Trade
from tests.api.client import Api
from tests.builders import ben, carol, offer, sara
from tests.trade_builders import deployed, taken

pytestmark = pytest.mark.django_db
TAKE = {"amount_fiat": "250.00", "method": "sepa-instant"}


def test_a_blocked_trader_cannot_take_and_is_not_told_why() -> None:
    deployed()
    made = offer()
    saras, bens = Api(sara().account), Api(ben().account)
    saras.put(f"/me/people/{ben().address}", {"kind": "block", "note": "never answers"})
    refused = bens.post(f"/offers/{made.code}/take", TAKE, expect=403)
    assert refused["code"] == "not_with_you"
    assert "never answers" not in str(refused)
    assert bens.get("/me/people")["items"] == []
    # seen it may be: whoever signs out sees it too
    assert bens.get(f"/offers/{made.code}")["id"] == made.code
    saras.delete(f"/me/people/{ben().address}")
    bens.post(f"/offers/{made.code}/take", TAKE, expect=201)


def test_whoever_blocks_cannot_take_either_and_is_told_how_to_undo_it() -> None:
    deployed()
    made = offer()
    bens = Api(ben().account)
    bens.put(f"/me/people/{sara().address}", {"kind": "block"})
    assert bens.post(f"/offers/{made.code}/take", TAKE, expect=403)["code"] == "you_blocked"
    bens.put(f"/me/people/{sara().address}", {"kind": "trust"})
    bens.post(f"/offers/{made.code}/take", TAKE, expect=201)


def test_the_book_leaves_out_whom_the_reader_blocks_and_nobody_else() -> None:
    saras, own = offer(), offer(ben())
    bens = Api(ben().account)
    bens.put(f"/me/people/{sara().address}", {"kind": "block"})
    assert [row["id"] for row in bens.get("/offers?side=buy")["items"]] == [own.code]
    # by its address it is still there, with the reason why it cannot be taken
    shown = bens.get(f"/offers/{saras.code}")
    assert (shown["takeable"], shown["reason"]) == (
        False,
        "You have blocked this trader. Unblock them on their page first.",
    )
    # whom Ben blocks is nobody else's business: neither Sara nor a stranger sees another book
    for reader in (Api(sara().account), Api(carol().account), Api()):
        assert [row["id"] for row in reader.get("/offers?side=buy")["items"]] == [saras.code, own.code]
    bens.put(f"/me/people/{sara().address}", {"kind": "trust"})
    assert len(bens.get("/offers?side=buy")["items"]) == 2


def test_a_running_trade_goes_on_after_a_block() -> None:
    deal = taken()
    Api(sara().account).put(f"/me/people/{ben().address}", {"kind": "block"})
    deal.sign_terms(deal.buyer)
    assert Trade.objects.get().state == "agreed"


def test_the_lists_are_read_page_by_page_and_one_kind_at_a_time() -> None:
    api = Api(sara().account)
    api.put(f"/me/people/{ben().address}", {"kind": "block", "note": " late "})
    api.put(f"/me/people/{carol().address.lower()}", {"kind": "trust"})
    first = api.get("/me/people?limit=1")
    second = api.get(f"/me/people?limit=1&cursor={first['next']}")
    assert [first["items"][0]["name"], second["items"][0]["name"]] == ["Carol", "Ben"]
    (blocked,) = api.get("/me/people?kind=block")["items"]
    assert (blocked["note"], blocked["kind"]) == ("late", "block")


def test_what_makes_no_sense_is_refused() -> None:
    api = Api(sara().account)
    assert api.put(f"/me/people/{sara().address}", {"kind": "block"}, expect=422)["code"] == "yourself"
    api.put(f"/me/people/{ben().address}", {"kind": "hate"}, expect=422)
    api.put(f"/me/people/{ben().address}", {"kind": "block", "note": "x" * 501}, expect=422)
    api.put("/me/people/nobody", {"kind": "block"}, expect=404)
    api.delete(f"/me/people/{ben().address}", expect=404)
