"""Limits over two gunicorn workers: exactly so many calls get through, whoever the caller claims to be."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from exchange.api import throttle
from exchange.core import clock
from tests.api.client import BASE, token_for
from tests.builders import ben
from tests.servers import web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MOST = 20


def test_two_processes_let_exactly_the_limit_through(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    monkeypatch.setenv("API_LIMITS", f"sign_ins={MOST},writes={MOST}")
    token = token_for(ben().account)
    with web_server(workers=2) as address:

        def ask(number: int) -> httpx.Response:
            # Each call claims to come through another proxy, which changes nothing: none is declared.
            headers = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
            return httpx.post(f"{address}{BASE}/auth/nonce", json={}, headers=headers, timeout=60)

        def write(_: int) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return httpx.post(f"{address}{BASE}/notifications/read", json={}, headers=headers, timeout=60)

        for call in (ask, write):
            began = clock.to_unix(clock.now())
            with ThreadPoolExecutor(16) as pool:
                answers = list(pool.map(call, range(3 * MOST)))
            counts = Counter(answer.status_code for answer in answers)
            # A minute may end in between, and with it the window; each lets so many through.
            windows = clock.to_unix(clock.now()) // 60 - began // 60 + 1
            assert MOST <= counts[200] <= windows * MOST, counts
            assert counts[200] + counts[429] == 3 * MOST
            for refused in (answer for answer in answers if answer.status_code == 429):
                assert 1 <= int(refused.headers["Retry-After"]) <= 60
                assert (refused.headers["RateLimit-Limit"], refused.headers["RateLimit-Remaining"]) == (str(MOST), "0")


def test_the_limits_of_this_process_are_the_usual_ones() -> None:
    assert throttle.READS.most == 1200
