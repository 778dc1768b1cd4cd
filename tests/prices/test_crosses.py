"""Crosses: a price in a currency that a source does not quote, with where it comes from."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exchange.prices.crosses import CrossRate, Observed, RateTable, cross
from exchange.prices.sources.base import Quotation, Rate

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)
SIX_DAYS = timedelta(days=6)


def rate(currency: str, value: str, *, base: str = "EUR", published_at: datetime = FRIDAY) -> Rate:
    return Rate(base=base, currency=currency, rate=Decimal(value), published_at=published_at)


def table(*rates: tuple[str, Rate]) -> RateTable:
    return RateTable(rates, max_age=SIX_DAYS, now=NOW)


ECB = [("ecb", rate("USD", "1.25")), ("ecb", rate("JPY", "180"))]
WIDE = [("wide", rate("EUR", "0.8", base="USD")), ("wide", rate("NGN", "1450.5", base="USD"))]


def quoted(currency: str, price: str) -> Quotation:
    return Quotation(asset="ETH", currency=currency, price=Decimal(price), observed_at=NOW)


def test_a_rate_is_found_in_both_directions_and_by_way_of_the_base() -> None:
    rates = table(*ECB)
    assert [rates.find(*pair) for pair in (("EUR", "USD"), ("USD", "EUR"), ("USD", "JPY"))] == [
        CrossRate(base=base, currency=currency, rate=Decimal(value), source="ecb", published_at=FRIDAY)
        for base, currency, value in (("EUR", "USD", "1.25"), ("USD", "EUR", "0.8"), ("USD", "JPY", "144"))
    ]
    assert rates.find("EUR", "NGN") is rates.find("EUR", "EUR") is None
    assert rates.currencies == {"EUR", "USD", "JPY"}


def test_the_first_source_that_knows_both_is_asked_and_two_are_never_mixed() -> None:
    rates = table(*ECB, *WIDE)
    found = [rates.find(*pair) for pair in (("EUR", "USD"), ("EUR", "NGN"), ("USD", "JPY"))]
    assert [one and one.source for one in found] == ["ecb", "wide", "ecb"]
    assert rates.find("JPY", "NGN") is None


def test_a_rate_over_a_long_holiday_counts_and_an_older_one_does_not() -> None:
    assert table(("ecb", rate("USD", "1.25", published_at=NOW - SIX_DAYS))).find("EUR", "USD") is not None
    too_old = NOW - SIX_DAYS - timedelta(seconds=1)
    assert table(("ecb", rate("USD", "1.25", published_at=too_old))).find("EUR", "USD") is None


def test_a_source_is_crossed_into_the_currencies_it_does_not_quote_and_says_how() -> None:
    own = [quoted("USD", "3000"), quoted("EUR", "2399")]
    found = cross({"kraken": own}, rates=table(*ECB), currencies={"USD", "EUR", "JPY", "NGN"})
    assert found[:2] == [Observed(source="kraken", quotation=one) for one in own]
    (yen,) = found[2:]
    assert yen.quotation == quoted("JPY", "432000")
    assert yen.via == CrossRate(base="USD", currency="JPY", rate=Decimal(144), source="ecb", published_at=FRIDAY)


def test_without_rates_there_are_no_crosses() -> None:
    assert cross({"kraken": [quoted("USD", "3000")]}, rates=table(), currencies={"JPY"}) == [
        Observed(source="kraken", quotation=quoted("USD", "3000"))
    ]


def test_a_price_that_would_vanish_is_no_price() -> None:
    tiny = Quotation(asset="DUST", currency="USD", price=Decimal("0.0000000001"), observed_at=NOW)
    assert len(cross({"kraken": [tiny]}, rates=table(*ECB), currencies={"EUR"})) == 2
    assert len(cross({"kraken": [tiny]}, rates=table(("x", rate("USD", "1000"))), currencies={"EUR"})) == 1


values = st.decimals("0.0001", 10**5, places=4)


@given(st.decimals("0.01", 10**6, places=2), values, values)
def test_there_and_back_gives_the_price_again_but_for_rounding(price: Decimal, first: Decimal, second: Decimal) -> None:
    rates = table(("x", rate("USD", str(first))), ("x", rate("JPY", str(second))))
    there, back = rates.find("USD", "JPY"), rates.find("JPY", "USD")
    if there is not None and back is not None:
        assert abs(price * there.rate * back.rate - price) <= price * (there.rate + back.rate + 1) * Decimal("1e-12")
