"""Many offers in one call: each changed whole or not at all, and the whole call only once."""

from typing import Any

import pytest

from exchange.offers.models import Offer
from tests.api.client import Api
from tests.builders import ben, offer, sara, unsigned_offer

pytestmark = pytest.mark.django_db
PATH = "/me/offers/bulk"


def change(*items: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Api(sara().account).patch(PATH, {"items": list(items)}, **headers)["items"]
    return found


def test_each_item_is_answered_by_itself_in_the_order_asked() -> None:
    good, stale, other, draft = offer(), offer(), offer(ben(), side="buy"), unsigned_offer()
    results = change(
        {"id": stale.code, "version": 7, "state": "paused"},
        {"id": good.code, "version": 1, "price": {"type": "fixed", "value": "3111.00"}},
        {"id": other.code, "version": 1, "state": "paused"},
        {"id": "ZZZZZZZZ", "version": 1, "state": "paused"},
        {"id": draft.code, "version": 1, "signature": sara().sign(draft.typed_data)},
    )
    assert [one["status"] for one in results] == [409, 200, 403, 404, 200]
    assert [one["offer"] is None for one in results] == [True, False, True, True, False]
    assert results[0]["problem"]["code"] == "offer_changed"
    edited, published = results[1]["offer"], results[4]["offer"]
    assert (edited["state"], edited["version"], published["state"]) == ("draft", 2, "active")
    assert Offer.objects.get(pk=stale.pk).state == "active"
    # what was edited is signed by the next call
    (signed,) = change({"id": good.code, "version": 2, "signature": sara().sign(edited["typed_data"])})
    assert (signed["status"], signed["offer"]["state"], signed["offer"]["price"]) == (200, "active", "3111")


def test_offers_are_paused_resumed_and_closed_together() -> None:
    made = [offer() for _ in range(3)]
    for state, found in (("paused", "paused"), ("active", "active"), ("closed", "closed")):
        results = change(*({"id": one.code, "version": 1, "state": state} for one in made))
        assert {one["status"] for one in results} == {200}
        assert set(Offer.objects.values_list("state", flat=True)) == {found}


def test_the_call_sent_again_does_nothing_twice() -> None:
    made = offer()
    item = {"id": made.code, "version": 1, "min_fiat": "120.00"}
    first = change(item, **{"Idempotency-Key": "once"})
    assert change(item, **{"Idempotency-Key": "once"}) == first
    assert Offer.objects.get(pk=made.pk).version == 2


def test_an_item_that_asks_for_two_things_or_nothing_is_refused_alone() -> None:
    one, two, three = offer(), offer(), offer()
    results = change(
        {"id": one.code, "version": 1},
        {"id": two.code, "version": 1, "state": "closed", "min_fiat": "120.00"},
        {"id": three.code, "version": 1, "state": "paused", "signature": three.signature},
    )
    assert [result["status"] for result in results] == [422, 422, 422]
    assert set(Offer.objects.values_list("state", "version")) == {("active", 1)}


def test_what_is_no_list_of_changes_is_refused_whole() -> None:
    api, made = Api(sara().account), offer()
    item = {"id": made.code, "version": 1, "state": "paused"}
    for body in ({"items": []}, {"items": [item] * 2}, {"items": [item] * 101}, {"items": [{**item, "stat": 1}]}, {}):
        api.patch(PATH, body, expect=422)
    assert Offer.objects.get(pk=made.pk).state == "active"
    assert Api(sara().account, "offers:read")("PATCH", PATH, {"items": [item]}).status_code == 403
