"""The seeded walk: the same everywhere, market-like, in its range, in every currency of the catalog."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from exchange.catalog.data_files import read_catalog
from exchange.prices.sources import demo
from exchange.prices.sources.registry import configured_rates, configured_sources, label

NOW = datetime(2026, 11, 22, 15, 0, 2, tzinfo=UTC)


def ether(source: demo.DemoSource, now: datetime = NOW) -> Decimal:
    (price,) = [one.price for one in source.read(now=now) if (one.asset, one.currency) == ("ETH", "EUR")]
    return price


def test_every_pair_of_the_catalog_has_a_price() -> None:
    facts = read_catalog()
    pairs = {(one.asset, one.currency) for one in demo.DemoSource("x", 0).read(now=NOW)}
    assert pairs == {(asset.symbol, currency.code) for asset in facts.assets for currency in facts.currencies}


def test_two_processes_agree_to_the_last_digit() -> None:
    assert demo.DemoSource("x", 0).read(now=NOW) == demo.DemoSource("x", 0).read(now=NOW + timedelta(seconds=2))


def test_another_seed_is_another_walk() -> None:
    assert ether(demo.DemoSource("x", 0)) != ether(demo.DemoSource("x", 0, seed="other"))


def test_the_walk_moves_but_stays_in_its_range() -> None:
    walk = [ether(demo.DemoSource("x", 0), NOW + timedelta(hours=hour)) for hour in range(24 * 30)]
    assert Decimal(2800) < min(walk) < Decimal(3050) < Decimal(3100) < max(walk) < Decimal(3350)


def test_the_price_does_not_jump_within_a_minute() -> None:
    before = ether(demo.DemoSource("x", 0))
    for step in range(1, 12):
        after = ether(demo.DemoSource("x", 0), NOW + timedelta(seconds=5 * step))
        assert abs(after - before) < before * Decimal("0.002")
        before = after


def test_the_sources_are_close_but_not_equal() -> None:
    prices = [ether(source) for source in demo.demo_sources() if isinstance(source, demo.DemoSource)]
    assert len(set(prices)) == 3
    assert max(prices) / min(prices) < Decimal("1.005")


def test_prices_are_exact_and_observed_in_the_past() -> None:
    for quotation in demo.DemoSource("x", 0).read(now=NOW):
        assert isinstance(quotation.price, Decimal)
        assert quotation.price > 0
        assert quotation.observed_at <= NOW < quotation.observed_at + timedelta(seconds=demo.BUCKET)


def test_only_the_demo_may_read_demo_prices(settings: LazySettings) -> None:
    assert len(configured_sources()) == 3
    assert label() == "Demo prices"
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured, match="demo mode only"):
        configured_sources()
    settings.PRICE_SOURCES = []
    assert configured_sources() == ()
    assert label() == ""
    settings.PRICE_SOURCES = ["crystal-ball"]
    with pytest.raises(ImproperlyConfigured, match="crystal-ball"):
        configured_sources()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"PRICE_PAIRS": ["ETHEUR"]}, "write a pair as ETH/EUR"),
        ({"PRICE_PAIRS": ["ETH/EURO"]}, "write a pair as ETH/EUR"),
        ({"PRICE_URLS": ["kraken"]}, "write name=value"),
        ({"PRICE_SOURCES": ["chainlink"]}, "give its feeds in PRICE_FEEDS"),
        ({"PRICE_SOURCES": ["chainlink"], "PRICE_FEEDS": ["ETH=0x1"]}, "write a pair as ETH/EUR"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    changed: dict[str, list[str]], words: str, settings: LazySettings
) -> None:
    settings.PRICE_SOURCES = ["kraken"]
    for name, value in changed.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=words):
        configured_sources()


def test_a_rate_source_needs_an_address(settings: LazySettings) -> None:
    assert configured_rates() == ()
    settings.RATE_SOURCES = ["ecb", "wide"]
    with pytest.raises(ImproperlyConfigured, match="give its address in RATE_URLS"):
        configured_rates()
    settings.RATE_URLS = ["wide=https://rates.example/latest?base=USD"]
    assert [(one.name, one.every) for one in configured_rates()] == [("ecb", 3600), ("wide", 3600)]
