"""Webhooks over the API: shown once, changed by version, seen and sent again; and nobody else's business."""

import pytest

from exchange.core import clock
from exchange.webhooks import actions, deliver
from exchange.webhooks.models import Endpoint
from tests.api.client import Api
from tests.builders import mallory, sara
from tests.webhooks.receiver import receiving, says

pytestmark = pytest.mark.django_db
BODY = {"url": "https://bot.example/parley", "events": ["trade.funded", "trade.paid"]}


def test_the_secret_is_shown_once_and_never_stored_in_clear() -> None:
    api = Api(sara().account, "webhooks")
    made = api.post("/webhooks", BODY, expect=201, **{"Idempotency-Key": "one"})
    assert made["secret"].startswith("whsec_")
    assert api.post("/webhooks", BODY, expect=201, **{"Idempotency-Key": "one"})["secret"] is None
    assert "secret" not in api.get(f"/webhooks/{made['id']}")
    kept = bytes(Endpoint.objects.get().secret)
    assert made["secret"].encode() not in kept
    changed = api.post(f"/webhooks/{made['id']}/secret", expect=201)
    assert changed["secret"] not in {None, made["secret"]}


def test_a_webhook_is_changed_from_the_version_that_was_seen() -> None:
    api = Api(sara().account)
    made = api.post("/webhooks", BODY, expect=201)
    where = f"/webhooks/{made['id']}"
    changed = api.patch(where, {"state": "paused", "version": 1})
    assert (changed["state"], changed["version"], changed["events"]) == ("paused", 2, BODY["events"])
    assert api.patch(where, {"state": "active", "version": 1}, expect=409)["code"] == "conflict"
    assert api.patch(where, {"events": ["trade.paid"]}, **{"If-Match": '"2"'})["events"] == ["trade.paid"]
    assert api.patch(where, {"version": 3}, expect=422)
    api.delete(where)
    api.get(where, expect=404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://bot.example/"}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"events": []}, "/events"),
        ({"events": ["trade.bribed"]}, "/events/0"),
        ({"evnts": []}, "/evnts"),
    ],
)
def test_what_cannot_be_used_is_named(change: dict[str, object], field: str) -> None:
    refused = Api(sara().account).post("/webhooks", {**BODY, **change}, expect=422)
    assert field in {error["pointer"] for error in refused["errors"]}


def test_there_is_an_end_to_the_number_of_webhooks() -> None:
    api = Api(sara().account)
    for _ in range(actions.MOST):
        api.post("/webhooks", BODY, expect=201)
    assert api.post("/webhooks", BODY, expect=409)["code"] == "too_many_webhooks"


def test_a_token_needs_the_scope_and_mallory_finds_nothing() -> None:
    made = Api(sara().account).post("/webhooks", BODY, expect=201)
    assert Api(sara().account, "trades:read").get("/webhooks", expect=403)["scope"] == "webhooks"
    other = Api(mallory().account)
    assert other.get("/webhooks")["items"] == []
    for method, tail in (("GET", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/secret"), ("GET", "/deliveries")):
        assert other(method, f"/webhooks/{made['id']}{tail}").status_code == 404


def test_a_test_message_is_sent_listed_and_sent_again() -> None:
    api = Api(sara().account)
    with receiving(says(500, b"broken")) as receiver:
        made = api.post("/webhooks", {**BODY, "url": receiver.url}, expect=201)
        where = f"/webhooks/{made['id']}"
        sent = api.post(f"{where}/test", expect=202)
        assert (sent["state"], sent["event"]) == ("due", "webhook.test")
        deliver.deliver_due()
        (listed,) = api.get(f"{where}/deliveries")["items"]
        assert (listed["status"], listed["answer"], listed["attempts"]) == (500, "broken", 1)
        assert listed["next_attempt_at"] is not None
        receiver.answer = says(200)
        again = api.post(f"{where}/deliveries/{sent['id']}/replay", expect=202)
        assert again["id"] != sent["id"]
        assert again["body"] == sent["body"]
        deliver.deliver_due()
        assert [one["state"] for one in api.get(f"{where}/deliveries")["items"]] == ["delivered", "due"]
    other, _ = actions.add(sara().account, url=BODY["url"], events=["trade.paid"], now=clock.now())
    api.post(f"/webhooks/{other.pk}/deliveries/{sent['id']}/replay", expect=404)


def test_deliveries_come_in_pages_with_a_cursor_of_their_own() -> None:
    api = Api(sara().account)
    made = api.post("/webhooks", BODY, expect=201)
    where = f"/webhooks/{made['id']}"
    sent = [api.post(f"{where}/test", expect=202)["id"] for _ in range(5)]
    first = api.get(f"{where}/deliveries?limit=3")
    rest = api.get(f"{where}/deliveries?limit=3&cursor={first['next']}")
    assert [one["id"] for one in [*first["items"], *rest["items"]]] == sent[::-1]
    assert rest["next"] is None


def test_a_button_pressed_again_and_again_is_told_to_wait() -> None:
    api = Api(sara().account)
    where = f"/webhooks/{api.post('/webhooks', BODY, expect=201)['id']}"
    for _ in range(actions.MOST):
        api.post(f"{where}/test", expect=202)
    assert api.post(f"{where}/test", expect=409)["code"] == "enough_on_its_way"
