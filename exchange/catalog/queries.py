"""What can be traded now, and how it can be paid."""

from collections.abc import Iterable

from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core.errors import NotFound


def asset(symbol: str) -> Asset:
    """Return the active asset with this symbol, in any case. Raises `NotFound`."""
    found = Asset.objects.filter(symbol=symbol.upper(), is_active=True).first() if _is_plain(symbol) else None
    if found is None:
        raise NotFound("This asset is not traded here.")
    return found


def currency(code: str) -> Currency:
    """Return the active currency with this code, in any case. Raises `NotFound`."""
    found = Currency.objects.filter(code=code.upper(), is_active=True).first() if _is_plain(code) else None
    if found is None:
        raise NotFound("This currency is not traded here.")
    return found


def method(slug: str) -> PaymentMethod:
    """Return the active payment method with this slug. Raises `NotFound`."""
    found = PaymentMethod.objects.filter(slug=slug, is_active=True).first() if _is_plain(slug) else None
    if found is None:
        raise NotFound("There is no such payment method here.")
    return found


def assets() -> list[Asset]:
    """Return the active assets, the native coin first."""
    return list(Asset.objects.filter(is_active=True).order_by("token", "symbol"))


def currencies() -> list[Currency]:
    """Return the active currencies by code."""
    return list(Currency.objects.filter(is_active=True))


def methods(
    *, currency: str | None = None, country: str | None = None, slugs: Iterable[str] | None = None
) -> list[PaymentMethod]:
    """Return the active methods by name, currencies loaded: of one currency, for one country, of these slugs."""
    found = PaymentMethod.objects.filter(is_active=True).prefetch_related("currencies")
    if currency is not None:
        found = found.filter(currencies=currency)
    if slugs is not None:
        found = found.filter(slug__in=[slug for slug in slugs if _is_plain(slug)])
    return [one for one in found if country is None or serves_country(one, country)]


def serves_country(method: PaymentMethod, country: str) -> bool:
    """Return whether a method works in `country`; one that lists none works everywhere."""
    return not method.countries or country in method.countries


def _is_plain(text: str) -> bool:
    """Return whether `text` can be a code at all; a NUL or a lone surrogate never reaches the database."""
    return text.isascii() and text.isprintable()
