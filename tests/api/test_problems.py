"""Refusals: RFC 9457 problem details, and nothing of our inside."""

import logging
import time

import pytest
from django.db import InternalError, connection, transaction

from exchange.api import problems
from exchange.api.routes import info
from tests.api.client import Api
from tests.builders import ben, catalog, sara
from tests.locks import locked

pytestmark = pytest.mark.django_db


def test_a_problem_says_what_happened_in_words_and_in_a_stable_code() -> None:
    response = Api()("GET", "/offers/NOSUCH00")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == "not_found"
    assert body["type"] == "/docs/api/errors#not_found"
    assert body["title"] == "Not found"
    assert body["errors"] == []
    assert body["request_id"] == response["X-Request-Id"] != "none"


def test_each_unusable_field_is_named_by_a_json_pointer() -> None:
    catalog()
    wrong = {"side": "sideways", "asset": "ETH", "currency": "EUR", "price": {"type": "fixed", "value": 3000}}
    body = Api(sara().account).post("/offers", wrong, expect=422)
    pointers = {error["pointer"]: error["detail"] for error in body["errors"]}
    assert pointers["/side"] == "Write one of 'sell', 'buy'."
    assert pointers["/price/value"] == 'Write this number as a string in quotes, such as "1250.50".'
    assert pointers["/min_fiat"] == "This is required."
    assert {error["in"] for error in body["errors"]} == {"body"}


def test_an_unknown_field_is_refused_with_the_nearest_name() -> None:
    body = Api(ben().account).post("/tokens", {"name": "bot", "scope": ["chat"]}, expect=422)
    assert body["errors"] == [
        {"pointer": "/scope", "detail": "There is no 'scope' here. Did you mean 'scopes'?", "in": "body"}
    ]


def test_an_unknown_field_of_a_nested_object_is_refused_in_its_place() -> None:
    catalog()
    price = {"type": "margin", "bsp": 150}
    offer = {"side": "sell", "asset": "ETH", "currency": "EUR", "price": price, "min_fiat": "1", "max_fiat": "2"}
    body = Api(sara().account).post("/offers", {**offer, "total_asset": "1", "methods": ["sepa"]}, expect=422)
    assert body["errors"][0]["pointer"] == "/price/bsp"
    assert "'bps'" in body["errors"][0]["detail"]


def test_an_unknown_query_parameter_is_refused_with_the_nearest_name() -> None:
    body = Api().get("/offers?side=buy&curency=EUR", expect=422)
    assert body["errors"] == [
        {"pointer": "/curency", "detail": "There is no 'curency' here. Did you mean 'currency'?", "in": "query"}
    ]


def test_a_parameter_given_twice_is_refused() -> None:
    body = Api().get("/offers?side=buy&side=sell", expect=422)
    assert body["errors"][0]["pointer"] == "/side"


def test_a_body_where_none_is_read_is_refused() -> None:
    body = Api(ben().account).post("/trades/NOSUCH00/decline", {"reason": "no"}, expect=422)
    assert body["errors"] == [{"pointer": "/reason", "detail": "This call takes no body.", "in": "body"}]


@pytest.mark.parametrize("path", ["/nothing-here", "/trades/", "/", "/offers/x/y/z", "/openapi.yaml"])
def test_an_address_that_does_not_exist_is_a_problem_too(path: str) -> None:
    response = Api()("GET", path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_a_method_that_does_not_exist_names_those_that_do() -> None:
    response = Api()("DELETE", "/info")
    assert response.status_code == 405
    assert response["Allow"] == "GET"
    assert response.json()["code"] == "method_not_allowed"


def test_head_answers_like_get_without_a_body() -> None:
    response = Api()("HEAD", "/currencies")
    assert response.status_code == 200
    assert response.content == b""


def test_a_fault_of_ours_says_nothing_of_its_inside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A setting of the wrong kind stands for whatever may break; no code of ours is replaced.
    monkeypatch.setattr(info.settings, "SITE_NAME", object())
    with caplog.at_level(logging.ERROR, logger=problems.__name__):
        response = Api()("GET", "/info")
    assert response.status_code == 500
    body = response.json()
    assert body["code"] == "fault"
    assert body["request_id"] == response["X-Request-Id"]
    assert "Traceback" not in response.content.decode()
    assert "object" not in response.content.decode()
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_does_not_come_free_answers_try_again() -> None:
    api = Api(ben().account)
    with locked("accounts_apitoken"):
        response = api("GET", "/tokens")
    assert response.status_code == 503
    assert response["Retry-After"] == "1"


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_under_a_page_of_the_book_answers_try_again() -> None:
    catalog()
    with locked("offers_offer"):
        response = Api()("GET", "/offers?side=sell&asset=ETH&currency=EUR")
    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"


def _idle_for_too_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        time.sleep(0.5)
        cursor.execute("SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_the_database_ended_for_idling_answers_try_again() -> None:
    with pytest.raises(InternalError) as ended, transaction.atomic():
        _idle_for_too_long()
    connection.close()
    assert problems.as_refusal(ended.value).status == 503


def test_answers_are_not_kept_by_caches_unless_public() -> None:
    catalog()
    assert Api(ben().account)("GET", "/me")["Cache-Control"] == "no-store"
    public = Api()("GET", "/assets")
    assert public["Cache-Control"] == "no-cache"
    assert {"Authorization", "Cookie"} <= set(public["Vary"].split(", "))
    again = Api()("GET", "/assets", **{"If-None-Match": public["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
