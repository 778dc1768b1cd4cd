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
from exchange.prices import history, queries

router = Router()


@call(router, "GET", "/prices/{asset}/{currency}", gives=schemas.Price, public=True, refuses=[NotFound])
def read_price(request: HttpRequest, asset: CodePath, currency: CodePath) -> dict[str, Any]:
    """Return the median of the fresh sources, each source with its age, and whether the price is stale."""
    symbol, code = catalog.asset(asset).symbol, catalog.currency(currency).code
    return render.price(queries.market(symbol, code, now=clock.now()))


@call(router, "GET", "/prices/{asset}/{currency}/history", gives=schemas.History, public=True, refuses=[NotFound])
def read_price_history(
    request: HttpRequest,
    asset: CodePath,
    currency: CodePath,
    range: schemas.HistoryRange = "30d",  # noqa: A002 (that is its name in the address)
) -> dict[str, Any]:
    """Return the market price over a range, oldest first: at most 400 points; steps without a price are left out."""
    symbol, code = catalog.asset(asset).symbol, catalog.currency(currency).code
    now, span = clock.now(), schemas.HISTORY_SPANS[range]
    return render.history(symbol, code, history.points(symbol, code, since=now - span, until=now), span=span)
