"""Market prices."""

# ruff: noqa: ARG001  (every view is handed its request)

from typing import Any

from django.http import HttpRequest
from ninja import Router

from exchange.api.calls import call
from exchange.api.render import market as render
from exchange.api.schemas import market as schemas
from exchange.api.schemas.fields import CodePath
from exchange.catalog import queries as catalog
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.prices import queries

router = Router()


@call(router, "GET", "/prices/{asset}/{currency}", gives=schemas.Price, public=True, refuses=[NotFound])
def read_price(request: HttpRequest, asset: CodePath, currency: CodePath) -> dict[str, Any]:
    """Return the median of the fresh sources, each source with its age, and whether the price is stale."""
    symbol, code = catalog.asset(asset).symbol, catalog.currency(currency).code
    return render.price(queries.market(symbol, code, now=clock.now()))
