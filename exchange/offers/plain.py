"""Numbers as plain text: exact at any length, without exponent and superfluous zeros."""

from decimal import Decimal


def plain(number: Decimal) -> str:
    """Return `number` such as `3000.5`. (`Decimal.normalize` would round to 28 digits.)"""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
