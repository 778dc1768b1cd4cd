"""Reading amounts as people write them: `1250,50`, `1250.50`, `1 250,50`, `1.250,50`, `1'250.50`.

A number that two people would read differently (`1,250`) is never guessed: the reader asks. Everything is `Decimal`.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from exchange.web.numbers import number_words

MOST_LETTERS = 60
# Blanks and apostrophes only ever group thousands.
_GROUPING = re.compile("[ \u00a0\u2009\u202f'\u2019]")
_GROUPED = re.compile(r"^\d{1,3}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})*$")


class AmountError(ValueError):
    """The text is no amount; the message says how to write one."""


class Ambiguous(AmountError):
    """The text is an amount, but two different ones; `thousands` and `decimals` are the clear ways to write them."""

    def __init__(self, *, thousands: str, decimals: str) -> None:
        self.thousands, self.decimals = thousands, decimals
        large, small = Decimal(thousands), Decimal(decimals)
        super().__init__(
            f"This can be read as {number_words(large, least=2, most=2)} or as {number_words(small, least=2, most=6)}. "
            f"Write {thousands} or {decimals}."
        )


def read_amount(text: str) -> Decimal:
    """Return the number a person wrote. Raises `Ambiguous` when it has two readings, else `AmountError`."""
    text = text.strip()
    if not text:
        raise AmountError("Enter an amount.")
    if len(text) > MOST_LETTERS:
        raise AmountError("This is too long for an amount.")
    if re.match("^[-\u2212]", text):
        raise AmountError("Enter an amount above zero.")
    blanks = re.split(_GROUPING, text)
    if len(blanks) > 1 and not _blanks_group(blanks):
        raise AmountError("Enter an amount in digits, such as 1250.50.")
    plain = "".join(blanks)
    if not re.match(r"^(?:\d+[.,]?\d*|[.,]\d+|\d[\d.,]*\d)$", plain, re.ASCII):
        raise AmountError("Enter an amount in digits, such as 1250.50.")
    return Decimal(_with_point(plain, blanks_group=len(blanks) > 1))


def _blanks_group(parts: list[str]) -> bool:
    """Tell whether blanks stand only between groups of three digits: `12 345,67` yes, `1 2` no."""
    first, *middle = parts
    *whole, last = middle
    tail = re.split("[.,]", last, maxsplit=1)[0]
    return bool(
        re.fullmatch(r"\d{1,3}", first, re.ASCII)
        and all(re.fullmatch(r"\d{3}", part, re.ASCII) for part in whole)
        and re.fullmatch(r"\d{3}", tail, re.ASCII)
    )


def _with_point(plain: str, *, blanks_group: bool) -> str:
    marks = [letter for letter in plain if letter in ".,"]
    if not marks:
        return plain
    if len(set(marks)) == 2:
        # Two different marks: the last one is the decimal mark and stands alone, the other groups what is before it.
        whole, _, rest = plain.rpartition(marks[-1])
        if marks[-1] in whole or not _GROUPED.match(whole) or blanks_group:
            raise AmountError("Enter an amount in digits, such as 1250.50.")
        return f"{re.sub('[.,]', '', whole)}.{rest or '0'}"
    if len(marks) > 1:
        if blanks_group or not _GROUPED.match(plain):
            raise AmountError("Enter an amount in digits, such as 1250.50.")
        return re.sub("[.,]", "", plain)
    whole, rest = plain.split(marks[0])
    looks_grouped = len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if looks_grouped and not blanks_group:
        raise Ambiguous(thousands=f"{whole}{rest}", decimals=f"{whole}.{rest}0")
    return f"{whole or '0'}.{rest or '0'}"


class AmountInput(forms.TextInput):
    """A text input with a number pad on phones; what was typed is kept, whatever becomes of it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "data-amount": "", **(attrs or {})})


class AmountField(forms.Field):
    """A form field for money, coins or a percentage. `places` caps the decimals, `unit` is said in the echo."""

    widget = AmountInput

    def __init__(
        self,
        *,
        unit: str = "",
        places: int | None = None,
        least: Decimal | None = None,
        most: Decimal | None = None,
        above_zero: bool = True,
        **kwargs: Any,
    ) -> None:
        self.unit, self.places, self.least, self.most, self.above_zero = unit, places, least, most, above_zero
        super().__init__(**kwargs)
        self.widget.attrs["data-unit"] = unit

    def to_python(self, value: object) -> Decimal | None:
        """Return the amount, or None when an optional field is empty."""
        text = str(value or "").strip()
        if text in self.empty_values:
            return None
        try:
            number = read_amount(text)
        except Ambiguous as question:
            raise ValidationError(str(question), code="ambiguous") from question
        except AmountError as error:
            raise ValidationError(str(error), code="invalid") from error
        self._check(number)
        return number

    def _check(self, number: Decimal) -> None:
        if self.places is not None and decimals_of(number) > self.places:
            raise ValidationError(f"Use at most {self.places} decimals.", code="places")
        if self.above_zero and number == 0:
            raise ValidationError("Enter an amount above zero.", code="zero")
        if self.least is not None and number < self.least:
            raise ValidationError(f"Enter {number_words(self.least)} or more.", code="least")
        if self.most is not None and number > self.most:
            raise ValidationError(f"Enter {number_words(self.most)} or less.", code="most")


def decimals_of(number: Decimal) -> int:
    """Return how many decimals a number has, zeros at the end not counted."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def echo_words(number: Decimal, *, unit: str, least: int = 2, most: int = 18) -> str:
    """Return `We read this as 1,250.00 EUR.`"""
    return f"We read this as {number_words(number, least=least, most=most)}{chr(0xA0) + unit if unit else ''}."
