"""Amounts as people write them are read right, or asked about, and never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.web.forms_amount import Ambiguous, AmountError, AmountField, decimals_of, echo_words, read_amount

AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(999999999999), places=2, allow_nan=False)
# How a number is grouped and where its decimals begin, in different countries.
STYLES = [
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u00a0", ","),
    ("\u202f", ","),
    ("'", "."),
    ("\u2019", "."),
    ("", "."),
    ("", ","),
]


def written(amount: Decimal, *, group: str, mark: str) -> str:
    whole, decimals = f"{amount:.2f}".split(".")
    first = len(whole) % 3 or 3
    parts = [whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))]
    return f"{group.join(parts)}{mark}{decimals}"


@pytest.mark.parametrize(("group", "mark"), STYLES)
@given(amount=AMOUNTS)
def test_two_decimals_are_read_the_same_however_they_are_written(amount: Decimal, group: str, mark: str) -> None:
    assert read_amount(written(amount, group=group, mark=mark)) == amount


@given(st.integers(min_value=0, max_value=10**30))
def test_whole_numbers_without_marks_are_read_as_they_are(number: int) -> None:
    assert read_amount(str(number)) == number


@given(st.text(max_size=80))
def test_no_text_at_all_makes_anything_but_a_number_or_a_question(text: str) -> None:
    try:
        number = read_amount(text)
    except AmountError:
        return
    assert number.is_finite()
    assert number >= 0


@pytest.mark.parametrize("mark", [".", ","])
@given(whole=st.integers(min_value=1, max_value=999), rest=st.integers(min_value=0, max_value=999))
def test_one_mark_before_three_digits_is_asked_about(whole: int, rest: int, mark: str) -> None:
    with pytest.raises(Ambiguous) as question:
        read_amount(f"{whole}{mark}{rest:03d}")
    asked = question.value
    assert read_amount(asked.thousands) == whole * 1000 + rest
    assert read_amount(asked.decimals) == Decimal(f"{whole}.{rest:03d}")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1250,50", "1250.50"),
        ("1250.50", "1250.50"),
        ("1 250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1,250,000", "1250000"),
        ("1.250.000", "1250000"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        (".5", "0.5"),
        ("5,", "5"),
        (" 250 ", "250"),
        ("0.0801", "0.0801"),
        ("1 250", "1250"),
    ],
)
def test_usual_ways_to_write_are_understood(text: str, number: str) -> None:
    assert read_amount(text) == Decimal(number)


NO_AMOUNTS = (
    *("", "  ", "-5", "\u22125", "abc", "1e5", "NaN", "inf", "1 2", "12 34,5", "1,2,3", "1.25.00", "1,25.00,1"),
    *("1 250.5.5", "\u0661\u0662\u0663", "5 EUR", "0x10", "1_000", "9" * 61),
)


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_is_refused_with_words(text: str) -> None:
    with pytest.raises(AmountError):
        read_amount(text)


def test_the_echo_says_what_was_read() -> None:
    assert echo_words(Decimal("1250.5"), unit="EUR") == "We read this as 1,250.50\u00a0EUR."
    assert echo_words(Decimal("0.080092266"), unit="ETH") == "We read this as 0.080092266\u00a0ETH."


def test_decimals_are_counted_without_zeros_at_the_end() -> None:
    assert [decimals_of(Decimal(text)) for text in ("1.50", "100", "1E+3", "0.001")] == [1, 0, 0, 3]


def field_errors(field: AmountField, text: str) -> list[str]:
    from django.core.exceptions import ValidationError

    try:
        field.clean(text)
    except ValidationError as error:
        return list(error.messages)
    return []


def test_a_field_holds_amounts_against_its_bounds() -> None:
    field = AmountField(places=2, least=Decimal(10), most=Decimal(100))
    assert field.clean("10,5") == Decimal("10.5")
    assert field_errors(field, "10.505") == ["This can be read as 10,505.00 or as 10.505. Write 10505 or 10.5050."]
    assert field_errors(field, "10.5050") == ["Use at most 2 decimals."]
    assert field_errors(field, "0") == ["Enter an amount above zero."]
    assert field_errors(field, "9") == ["Enter 10 or more."]
    assert field_errors(field, "101") == ["Enter 100 or less."]
    assert field_errors(AmountField(), "") == ["This field is required."]
    assert AmountField(required=False).clean("") is None
