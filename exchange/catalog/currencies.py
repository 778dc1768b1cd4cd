"""What CLDR knows of currencies: names in the reader's language and how many decimals their money has."""

from babel import Locale
from babel.numbers import get_currency_name, get_currency_precision, list_currencies


def name_of(code: str, *, language: str = "en") -> str:
    """Return the currency's name, such as "Euro". Raises `LookupError` for an unknown code."""
    if code not in list_currencies():
        raise LookupError(code)
    return get_currency_name(code, locale=Locale.parse(language))


def minor_units_of(code: str) -> int:
    """Return the decimals of an amount of money: 2 for EUR, 0 for JPY. Raises `LookupError` for an unknown code."""
    if code not in list_currencies():
        raise LookupError(code)
    return get_currency_precision(code)
