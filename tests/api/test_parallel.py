"""Races over HTTP, against a real gunicorn with two worker processes."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from pytest_django.plugin import DjangoDbBlocker

from exchange.accounts.models import Account, ApiToken
from exchange.moderation.models import Report
from exchange.moderation.reports import MOST_OPEN
from exchange.offers.models import Offer
from exchange.trades.models import Trade
from tests.api.client import BASE, token_for
from tests.builders import ben, offer, sara
from tests.servers import web_server
from tests.trade_builders import deployed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

TAKE = {"amount_fiat": "100.00", "method": "sepa-instant"}


@pytest.fixture(scope="module")
def _server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), web_server() as found:
        yield found


@pytest.fixture
def address(transactional_db: None, _server: str) -> str:
    deployed()
    return _server + BASE


def call(address: str, token: str, path: str, body: Any, **headers: str) -> httpx.Response:
    headers["Authorization"] = f"Bearer {token}"
    return httpx.post(f"{address}{path}", json=body, headers=headers, timeout=60)


def test_a_hundred_takers_of_the_last_unit_make_one_trade(address: str) -> None:
    made = offer(max_fiat="100.00", total_asset="0.0334")  # enough for one take of 100 EUR at 3000
    takers = [Account.objects.create_user(f"0x{number:040x}") for number in range(1, 101)]
    tokens = [token_for(taker, "trades:write") for taker in takers]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda token: call(address, token, f"/offers/{made.code}/take", TAKE), tokens))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 99}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"not_enough_left"}
    assert Trade.objects.count() == 1
    left = Offer.objects.get(pk=made.pk)
    assert left.total_units - left.remaining_units == Trade.objects.get().amount


def test_one_key_in_parallel_over_two_processes_takes_once(address: str) -> None:
    made = offer()
    token = token_for(ben().account)
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(
                lambda _: call(address, token, f"/offers/{made.code}/take", TAKE, **{"Idempotency-Key": "once"}),
                range(24),
            )
        )
    assert Counter(answer.status_code for answer in answers) == {201: 24}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Trade.objects.count() == 1


def test_a_hundred_submits_of_one_signature_sign_in_once(address: str) -> None:
    asked = httpx.post(f"{address}/auth/nonce", json={"address": sara().address}, timeout=30).json()
    body = {"message": asked["message"], "signature": sara().sign_text(asked["message"])}

    def submit(number: int) -> int:
        # Each from an address of its own would need a proxy; the limit of sign-ins is per minute and larger than this.
        return httpx.post(f"{address}/auth/siwe", json=body, timeout=60).status_code

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(submit, range(50)))
    assert answers == {200: 1, 401: 49}
    assert ApiToken.objects.filter(account=sara().account).count() == 1


def test_many_reports_at_once_are_no_more_than_one_after_another(address: str) -> None:
    token = token_for(ben().account)
    people = [Account.objects.create_user(f"0x{number:040}") for number in range(1, 2 * MOST_OPEN + 1)]
    body = {"reason": "abuse", "text": "Threatened me in the chat of our trade."}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda one: call(address, token, f"/accounts/{one.address}/reports", body), people))
    assert Counter(answer.status_code for answer in answers) == {201: MOST_OPEN, 409: MOST_OPEN}
    assert Report.objects.count() == MOST_OPEN


def test_an_edit_against_takes_never_trades_on_terms_nobody_saw(address: str) -> None:
    made = offer(max_fiat="100.00", total_asset="2")
    maker = token_for(sara().account)
    takers = [token_for(Account.objects.create_user(f"0x{number:040x}"), "trades:write") for number in range(1, 21)]

    def edit(_: int) -> httpx.Response:
        headers = {"Authorization": f"Bearer {maker}"}
        body = {"version": 1, "min_fiat": "90.00"}
        return httpx.patch(f"{address}/offers/{made.code}", json=body, headers=headers, timeout=60)

    with ThreadPoolExecutor(16) as pool:
        takes = [pool.submit(call, address, token, f"/offers/{made.code}/take", TAKE) for token in takers[:10]]
        edits = [pool.submit(edit, number) for number in range(2)]
        takes += [pool.submit(call, address, token, f"/offers/{made.code}/take", TAKE) for token in takers[10:]]
    assert sorted(done.result().status_code for done in edits) == [200, 409]
    assert {done.result().status_code for done in takes} <= {201, 404, 409}
    won = [done.result().json()["id"] for done in takes if done.result().status_code == 201]
    assert Trade.objects.count() == len(won)
    assert set(Trade.objects.values_list("offer_version", flat=True)) <= {1}
