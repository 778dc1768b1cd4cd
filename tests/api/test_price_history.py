"""Prices over the API: provenance of crosses, leaps that are held, and the past in ranges."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exchange.core import clock
from exchange.prices.models import MedianPrice, Reading
from tests.api.client import Api
from tests.builders import catalog, market_price

pytestmark = pytest.mark.django_db


def test_a_cross_tells_the_rate_it_was_made_with() -> None:
    catalog()
    market_price("3000")
    friday = clock.now() - timedelta(days=2)
    Reading.objects.filter(source="test-0").update(via="USD", rate=Decimal("0.86"), rate_source="ecb", rate_at=friday)
    told = Api()("GET", "/prices/ETH/EUR").json()
    first, second, _ = told["sources"]
    assert first["via"] | {"age": 0} == {"currency": "USD", "rate": "0.86", "source": "ecb", "age": 0}
    assert first["via"]["age"] >= 2 * 86_400
    assert second["via"] is None
    assert (told["is_held"], told["is_stale"]) == (False, False)


def test_a_price_that_is_held_says_so() -> None:
    catalog()
    market_price("3000")
    Reading.objects.update(held=True)
    told = Api()("GET", "/prices/ETH/EUR").json()
    assert (told["price"], told["is_held"], told["is_stale"]) == (None, True, True)


def test_the_past_is_told_in_steps() -> None:
    catalog()
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
    for minute, price in ((0, 3000), (7, 3100), (14, 3050)):
        MedianPrice.objects.create(asset="ETH", currency="EUR", price=price, at=hour + timedelta(minutes=minute))
    told = Api()("GET", "/prices/ETH/EUR/history?range=7d").json()
    assert (told["asset"], told["currency"], told["step"]) == ("ETH", "EUR", 3600)
    assert told["points"] == [
        {"at": clock.to_text(hour), "price": "3050", "low": "3000", "high": "3100"},
    ]
    assert Api()("GET", "/prices/ETH/EUR/history?range=24h").json()["step"] == 300
    assert Api()("GET", "/prices/ETH/USD/history").json()["points"] == []


def test_an_unknown_range_or_pair_is_refused() -> None:
    catalog()
    assert Api()("GET", "/prices/ETH/EUR/history?range=9y").status_code == 422
    assert Api()("GET", "/prices/XYZ/EUR/history").status_code == 404
