"""The countries of CLDR, by ISO 3166-1 alpha-2 code."""

from functools import cache

from babel import Locale

from exchange.core.errors import Invalid

# Two-letter territories of CLDR that are groups, outlying areas or placeholders, not countries.
_NO_COUNTRY = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@cache
def names(language: str = "en") -> dict[str, str]:
    """Return country names by code, sorted by name."""
    territories = Locale.parse(language).territories
    found = {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


def codes() -> frozenset[str]:
    """Return the codes of all countries."""
    return frozenset(names())


def read_country(code: str, *, field: str = "/country") -> str:
    """Return `code` in capitals. Raises `Invalid` naming `field` if there is no such country."""
    known = code.upper()
    if known not in codes():
        raise Invalid(fields={field: "This is no country: use two letters of ISO 3166, such as DE."})
    return known
