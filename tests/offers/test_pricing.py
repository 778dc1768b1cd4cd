"""What an offer costs: exact, clamped, monotone in its margin."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core import clock
from exchange.offers.models import PriceType
from exchange.offers.pricing import LEAST_PRICE, PriceRule, effective_price, price_against_market, with_margin
from exchange.prices.queries import Market

market_prices = st.decimals(LEAST_PRICE, Decimal(10) ** 12, places=10)
NOW = clock.now()
margins = st.integers(-5000, 10_000)


def market(price: str | Decimal | None) -> Market:
    return Market(
        asset="ETH",
        currency="EUR",
        price=None if price is None else Decimal(price),
        sources=(),
        age_seconds=0,
        is_stale=price is None,
        label="",
    )


def margin(bps: int, floor: str | None = None, ceiling: str | None = None) -> PriceRule:
    return PriceRule(
        type=PriceType.MARGIN,
        margin_bps=bps,
        floor=None if floor is None else Decimal(floor),
        ceiling=None if ceiling is None else Decimal(ceiling),
    )


@pytest.mark.parametrize(
    ("rule", "price"),
    [
        (PriceRule(type=PriceType.FIXED, fixed=Decimal("3123.45")), "3123.45"),
        (margin(0), "3000"),
        (margin(150), "3045"),
        (margin(-150), "2955"),
        (margin(150, floor="3100"), "3100"),
        (margin(150, floor="3000"), "3045"),
        (margin(150, ceiling="3010"), "3010"),
        (margin(150, floor="2900", ceiling="3100"), "3045"),
        (margin(-5000), "1500"),
        (margin(10_000), "6000"),
    ],
)
def test_the_effective_price(rule: PriceRule, price: str) -> None:
    assert effective_price(rule, market("3000"), now=NOW) == Decimal(price)


def test_without_a_market_only_fixed_prices_stand() -> None:
    assert effective_price(PriceRule(type=PriceType.FIXED, fixed=Decimal(1)), market(None), now=NOW) == 1
    assert effective_price(margin(0), market(None), now=NOW) is None
    assert effective_price(margin(0, floor="3000"), market(None), now=NOW) is None
    assert effective_price(margin(0), market("0.0000001"), now=NOW) is None


def test_a_price_is_rounded_half_up_to_ten_decimals() -> None:
    assert with_margin(Decimal("0.0000010000"), bps=5) == Decimal("0.0000010005")
    assert with_margin(Decimal("0.0000012345"), bps=1) == Decimal("0.0000012346")
    assert with_margin(Decimal("3078.1234567891"), bps=33) == Decimal("3088.2812641965")


@given(market_prices, margins, margins)
def test_a_higher_margin_is_always_a_higher_price(price: Decimal, one: int, other: int) -> None:
    assert (one < other) == (with_margin(price, bps=one) < with_margin(price, bps=other))


@given(market_prices, margins, st.none() | market_prices, st.none() | market_prices)
def test_the_price_never_leaves_floor_and_ceiling(
    price: Decimal, bps: int, floor: Decimal | None, ceiling: Decimal | None
) -> None:
    if floor is not None and ceiling is not None and floor > ceiling:
        floor, ceiling = ceiling, floor
    rule = PriceRule(type=PriceType.MARGIN, margin_bps=bps, floor=floor, ceiling=ceiling)
    found = effective_price(rule, market(price), now=NOW)
    assert found is not None
    assert floor is None or found >= floor
    assert ceiling is None or found <= ceiling


@pytest.mark.parametrize(
    ("price", "against", "bps"),
    [("3045", "3000", 150), ("2955", "3000", -150), ("3000", "3000", 0), ("3000", None, None), ("3000", "0", None)],
)
def test_the_distance_from_the_market_is_told_in_basis_points(price: str, against: str | None, bps: int | None) -> None:
    assert price_against_market(Decimal(price), None if against is None else Decimal(against)) == bps
