"""What can be traded and how it can be paid."""

# ruff: noqa: ARG001  (every view is handed its request)

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import StringConstraints

from exchange.api.answers import page
from exchange.api.calls import call
from exchange.api.render import market as render
from exchange.api.schemas import market as schemas
from exchange.api.schemas.fields import CodePath, CurrencyCode
from exchange.catalog import queries
from exchange.core.errors import NotFound

router = Router()
Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]


@call(router, "GET", "/assets", gives=schemas.Assets, public=True)
def list_assets(request: HttpRequest) -> dict[str, Any]:
    """Return the coins that are traded here."""
    return page([render.asset(one) for one in queries.assets()], None)


@call(router, "GET", "/currencies", gives=schemas.Currencies, public=True)
def list_currencies(request: HttpRequest) -> dict[str, Any]:
    """Return the national currencies."""
    return page([render.currency(one) for one in queries.currencies()], None)


@call(router, "GET", "/payment-methods", gives=schemas.PaymentMethods, public=True)
def list_payment_methods(
    request: HttpRequest, currency: CurrencyCode | None = None, country: Country | None = None
) -> dict[str, Any]:
    """Return payment methods: all, or those of one currency and usable in one country."""
    found = queries.methods(currency=currency and currency.upper(), country=country and country.upper())
    return page([render.payment_method(one) for one in found], None)


@call(router, "GET", "/payment-methods/{slug}", gives=schemas.PaymentMethod, public=True, refuses=[NotFound])
def read_payment_method(request: HttpRequest, slug: CodePath) -> dict[str, Any]:
    """Return one payment method with the JSON Schema of the payee's details."""
    return render.payment_method(queries.method(slug))
