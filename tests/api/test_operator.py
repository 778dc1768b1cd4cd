"""What operators ask: alive, ready, figures."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from tests.api.client import Api
from tests.builders import sara
from tests.trade_builders import funded, index

pytestmark = pytest.mark.django_db
NOT_READ = {"database": "ok", "redis": "ok", "chain": "unreachable", "keeper": "none"}


def test_a_living_process_says_so_without_touching_anything() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_a_process_is_ready_when_database_redis_and_chain_are_there() -> None:
    assert Client().get("/readyz").json() == NOT_READ | {"ready": False}
    index()
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == NOT_READ | {"ready": True, "chain": "ok"}


def test_a_process_without_redis_is_not_ready() -> None:
    elsewhere = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    with override_settings(CACHES=elsewhere):
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["redis"] == "unreachable"


def test_figures_tell_states_and_calls_but_no_amounts_and_nobody() -> None:
    deal = funded()
    Api()("GET", f"/offers/{deal.trade.offer.code}")
    text = Client().get("/metrics").content.decode()
    assert 'parley_trades{state="funded"} 1.0' in text
    assert 'parley_api_requests_total{call="offers/<code>",method="GET",status="200"}' in text
    for secret in (deal.code, deal.trade.offer.code, sara().address, "250.00"):
        assert secret not in text
