"""A call that is sent again has one effect and one answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from exchange.accounts.models import Account, ApiToken
from exchange.api.answers import Answer
from exchange.api.idempotency import KEEP, forget_old_answers, perform
from exchange.api.models import IdempotentAnswer
from exchange.core import clock
from exchange.offers.models import Offer
from exchange.trades.models import Trade
from tests.api.client import Api
from tests.api.matrix import OFFER
from tests.builders import ben, catalog, offer, sara

KEY = {"Idempotency-Key": "order-4711"}


@pytest.mark.django_db
def test_the_same_call_again_gives_the_same_answer_and_no_second_effect() -> None:
    catalog()
    api = Api(sara().account)
    first = api("POST", "/offers", OFFER, **KEY)
    second = api("POST", "/offers", dict(reversed(OFFER.items())), **KEY)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Offer.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_request_is_refused() -> None:
    catalog()
    api = Api(sara().account)
    api.post("/offers", OFFER, expect=201, **KEY)
    refused = api.post("/offers", {**OFFER, "min_fiat": "60"}, expect=422, **KEY)
    assert refused["code"] == "idempotency_key_reused"
    assert api.post("/tokens", {"name": "a", "scopes": ["chat"]}, expect=422, **KEY)["code"] == "idempotency_key_reused"
    assert Offer.objects.count() == 1


@pytest.mark.django_db
def test_a_key_belongs_to_one_account() -> None:
    catalog()
    Api(sara().account).post("/offers", OFFER, expect=201, **KEY)
    Api(ben().account).post("/offers", OFFER, expect=201, **KEY)
    assert Offer.objects.count() == 2


@pytest.mark.django_db
def test_a_refusal_is_repeated_too_and_leaves_nothing_behind() -> None:
    api = Api(sara().account)
    body = {"amount_fiat": "250.00", "method": "sepa-instant"}
    own = offer()
    first = api("POST", f"/offers/{own.code}/take", body, **KEY)
    second = api("POST", f"/offers/{own.code}/take", body, **KEY)
    assert first.status_code == second.status_code == 403
    assert second["Content-Type"] == "application/problem+json"
    assert first.json() == second.json()
    assert Trade.objects.count() == 0


@pytest.mark.django_db
def test_a_mistyped_request_does_not_use_its_key_up() -> None:
    catalog()
    api = Api(sara().account)
    api.post("/offers", {**OFFER, "min_fiat": "much"}, expect=422, **KEY)
    api.post("/offers", OFFER, expect=201, **KEY)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 129, "tab\there"])
def test_a_key_is_visible_ascii_of_bounded_length(key: str) -> None:
    catalog()
    refused = Api(sara().account).post("/offers", OFFER, expect=422, **{"Idempotency-Key": key})
    assert refused["code"] == "bad_idempotency_key"
    assert Offer.objects.count() == 0


@pytest.mark.django_db
def test_a_secret_is_not_kept_for_the_repetition() -> None:
    api = Api(sara().account)
    body = {"name": "bot", "scopes": ["chat"]}
    first = api.post("/tokens", body, expect=201, **KEY)
    second = api.post("/tokens", body, expect=201, **KEY)
    assert first["token"].startswith("ply_")
    assert second == {**first, "token": None}
    assert first["token"] not in str(IdempotentAnswer.objects.values_list("body", flat=True))


@pytest.mark.django_db
def test_old_answers_are_forgotten() -> None:
    api = Api(sara().account)
    api.post("/tokens", {"name": "bot", "scopes": ["chat"]}, expect=201, **KEY)
    assert forget_old_answers() == 0
    IdempotentAnswer.objects.update(created_at=clock.now() - KEEP - timedelta(seconds=1))
    assert forget_old_answers() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_calls_with_one_key_have_one_effect() -> None:
    account = sara().account
    api = Api(account)
    before = ApiToken.objects.count()

    def call(_: int) -> Any:
        try:
            return Api(token=api.token)("POST", "/tokens", {"name": "bot", "scopes": ["chat"]}, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(answer.json()["token"] is not None for answer in answers) == 1
    assert ApiToken.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_call_that_loses_a_deadlock_is_done_once_more() -> None:
    first, second = sara().account, ben().account
    held, waiting = threading.Event(), threading.Event()
    tries: list[int] = []

    def lock(account: Account) -> None:
        Account.objects.select_for_update().get(pk=account.pk)

    def other() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '60s'")  # so that the call is the one that loses
            lock(second)
            held.set()
            waiting.wait(10)
            lock(first)
        connection.close()

    def act() -> Answer:
        tries.append(1)
        if len(tries) == 2:
            thread.join(10)  # else the two may meet in the same way again, which is answered with 503
        lock(first)
        assert held.wait(10)
        waiting.set()
        lock(second)
        return Answer(body={"done": True})

    thread = threading.Thread(target=other)
    thread.start()
    answer = perform(RequestFactory().post("/"), first, act)
    thread.join()
    assert (answer.body, len(tries)) == ({"done": True}, 2)
