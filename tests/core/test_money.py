"""Amounts: exact, cut for coins, rounded half up for fiat, conserved when split."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core import money
from exchange.core.errors import Invalid

units = st.integers(1, 2**128 - 1)
decimals = st.integers(0, 18)
prices = st.decimals(Decimal("0.000001"), Decimal(10) ** 12, places=10)


@pytest.mark.parametrize("text", ["0.5", "1250.50", "1", "0001.10", "9" * 60])
def test_plain_numbers_are_read(text: str) -> None:
    assert money.parse_decimal(text, field="/x") == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1 ", "1\n", "+1", "-1", "0", ".5", "5.", "1,5", "1_000", "9" * 61),
        *("1e3", "1E400", "NaN", "Infinity", "0x10", "١٢"),
    ],
)
def test_anything_else_is_refused_by_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        money.parse_decimal(text, field="/min_fiat")
    assert set(refused.value.fields) == {"/min_fiat"}


def test_zero_and_places_are_the_callers_choice() -> None:
    assert money.parse_decimal("0", field="/x", positive=False) == 0
    assert money.parse_decimal("1.50", field="/x", places=2) == Decimal("1.5")
    with pytest.raises(Invalid):
        money.parse_decimal("1.505", field="/x", places=2)


@pytest.mark.parametrize("value", [5, None, 1.5, b"1"])
def test_only_text_is_a_number(value: object) -> None:
    with pytest.raises(Invalid):
        money.parse_decimal(value, field="/x")  # type: ignore[arg-type]


@given(units, decimals)
def test_units_and_coins_are_one_amount(amount: int, places: int) -> None:
    assert money.to_units(money.from_units(amount, decimals=places), decimals=places) == amount


def test_more_decimals_than_the_asset_has_are_refused() -> None:
    with pytest.raises(Invalid):
        money.to_units(Decimal("0.0000001"), decimals=6)
    with pytest.raises(Invalid):
        money.to_units(Decimal(2**128), decimals=0)
    assert money.to_units(Decimal(2**128 - 1), decimals=0) == 2**128 - 1


@given(st.decimals(Decimal("0.01"), Decimal(10) ** 12, places=2), prices, decimals)
def test_coins_for_fiat_never_cost_more_than_the_fiat(fiat: Decimal, price: Decimal, places: int) -> None:
    bought = money.coins_for(fiat, price=price, decimals=places)
    worth = Fraction(price) / 10**places
    assert bought * worth <= Fraction(fiat) < (bought + 1) * worth


@given(units, prices, st.integers(0, 3))
def test_fiat_for_coins_is_within_half_a_cent_and_rounds_up_when_asked(amount: int, price: Decimal, minor: int) -> None:
    cent = Fraction(1, 10**minor)
    cost = amount * Fraction(price) / 10**18
    rounded = money.fiat_for(amount, price=price, decimals=18, minor_units=minor)
    assert abs(Fraction(rounded) - cost) <= cent / 2
    up = money.fiat_for(amount, price=price, decimals=18, minor_units=minor, up=True)
    assert 0 <= Fraction(up) - cost < cent


def test_fiat_rounds_half_up_as_banks_do() -> None:
    assert money.round_fiat(Decimal("2.345"), minor_units=2) == Decimal("2.35")
    assert money.round_fiat(Decimal("0.5"), minor_units=0) == 1
    assert money.round_fiat(Decimal("9" * 60 + ".995"), minor_units=2) == Decimal("1" + "0" * 60)


@given(units, st.integers(0, 10_000), st.integers(0, 100))
def test_a_split_conserves_every_unit(amount: int, buyer_bps: int, fee_bps: int) -> None:
    to_buyer, to_seller, fee = money.split(amount, buyer_bps=buyer_bps, fee_bps=fee_bps)
    assert to_buyer + to_seller + fee == amount
    assert min(to_buyer, to_seller, fee) >= 0
    assert fee * 100 <= amount * buyer_bps // 10_000


def test_a_refund_pays_no_fee() -> None:
    assert money.split(1000, buyer_bps=0, fee_bps=100) == (0, 1000, 0)
    assert money.split(1000, buyer_bps=10_000, fee_bps=100) == (990, 0, 10)
