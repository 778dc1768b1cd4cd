"""Limits: counted over all processes, told in headers, and not fooled by forged addresses."""

import uuid

import pytest
from django.test import RequestFactory
from django.test.utils import override_settings

from exchange.api import throttle
from exchange.api.throttle import client_network
from tests.api.client import Api
from tests.builders import ben, catalog, sara

pytestmark = pytest.mark.django_db


def test_answers_tell_what_remains() -> None:
    catalog()
    first, second = Api()("GET", "/assets"), Api()("GET", "/assets")
    assert first["RateLimit-Limit"] == str(throttle.READS.most)
    assert int(second["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1
    assert 1 <= int(first["RateLimit-Reset"]) <= 60


def test_one_call_too_many_is_told_when_to_come_back() -> None:
    # A minute may end in between, and with it the first window.
    calls = (Api()("POST", "/auth/nonce", {}) for _ in range(2 * throttle.SIGN_INS.most + 1))
    refused = next(answer for answer in calls if answer.status_code != 200)
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Remaining"] == "0"


def test_accounts_are_counted_apart_whatever_their_address() -> None:
    his, hers = Api(ben().account), Api(sara().account)
    left = int(his("GET", "/me")["RateLimit-Remaining"])
    hers("GET", "/me")
    assert int(his("GET", "/me")["RateLimit-Remaining"]) == left - 1


def test_a_forged_forwarding_header_changes_nothing() -> None:
    remaining = [
        int(Api()("POST", "/auth/nonce", {}, **{"X-Forwarded-For": f"203.0.113.{number}"})["RateLimit-Remaining"])
        for number in range(3)
    ]
    assert remaining == [remaining[0], remaining[0] - 1, remaining[0] - 2]


def test_behind_a_declared_proxy_the_hop_it_added_counts() -> None:
    def network(header: str) -> str:
        request = RequestFactory().get("/", headers={"X-Forwarded-For": header})
        return client_network(request)

    assert network("203.0.113.9") == "ip:127.0.0.1"
    with override_settings(TRUST_PROXY=True):
        assert network("6.6.6.6, 203.0.113.9") == "ip:203.0.113.9"
        assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::1") == "ip:2001:db8:1:2::/64"
        assert network("::ffff:203.0.113.9") == "ip:203.0.113.9"
        assert network("nonsense") == "ip:unknown"


def test_calls_go_through_while_redis_is_away(caplog: pytest.LogCaptureFixture) -> None:
    catalog()
    elsewhere = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    with override_settings(CACHES=elsewhere):
        response = Api()("GET", "/assets", **{"X-Test": uuid.uuid4().hex})
    assert response.status_code == 200
    assert "RateLimit-Limit" not in response
    assert "Redis is away" in caplog.text
