"""The names a formula may use, and what they say now."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exchange.prices.formula.evaluate import SourceValue
from exchange.prices.formula.parse import parse
from exchange.prices.formula.refusals import BadFormula, SourceStale
from exchange.prices.formula.tree import SourceName
from exchange.prices.models import Reading
from exchange.prices.named import known_names, named_prices

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
NORTH, SOUTH = SourceName("north", "ETH", "EUR"), SourceName("south", "ETH", "EUR")
MARKET = SourceName("market", "ETH", "EUR")


def heard(name: SourceName, price: str, *, age: int = 0) -> None:
    Reading.objects.create(
        source=name.source,
        asset=name.asset,
        currency=name.currency,
        price=Decimal(price),
        observed_at=NOW - timedelta(seconds=age),
    )


def test_a_formula_may_name_every_source_that_was_read_and_the_market() -> None:
    heard(NORTH, "3000")
    heard(SourceName("south", "DUSD", "USD"), "1")
    known = known_names()
    assert known == {NORTH, SourceName("south", "DUSD", "USD"), MARKET, SourceName("market", "DUSD", "USD")}
    with pytest.raises(BadFormula, match=r"Did you mean north\(ETH/EUR\)"):
        parse("nort(ETH/EUR)", known=known)


def test_each_name_has_its_price_and_age(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    heard(NORTH, "3000", age=10)
    heard(SOUTH, "3010", age=20)
    formula = parse("median(north(ETH/EUR), market(ETH/EUR), nobody(ETH/EUR))")
    with django_assert_num_queries(2):
        prices = named_prices(formula.sources, now=NOW)
    assert prices == {
        NORTH: SourceValue(price=Decimal(3000), age_seconds=10, max_age=60),
        MARKET: SourceValue(price=Decimal(3005), age_seconds=20, max_age=60),
    }


def test_a_market_that_does_not_count_stops_the_formula() -> None:
    heard(NORTH, "3000")
    formula = parse("market(ETH/EUR)")
    with pytest.raises(SourceStale, match="do not agree"):
        formula.evaluate(named_prices(formula.sources, now=NOW))
    heard(SOUTH, "3000")
    assert formula.evaluate(named_prices(formula.sources, now=NOW)).value == 3000
    with pytest.raises(SourceStale, match="61 s old"):
        formula.evaluate(named_prices(formula.sources, now=NOW + timedelta(seconds=61)))


def test_a_formula_without_sources_asks_the_database_nothing(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert named_prices((), now=NOW) == {}
