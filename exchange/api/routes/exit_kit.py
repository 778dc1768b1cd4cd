"""The exit kit of a trade: what its two parties need when this node is gone."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.schemas.exit_kit import ExitKit
from exchange.api.schemas.fields import CodePath
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.trades import exit_kit

router = Router()


@call(router, "GET", "/trades/{code}/exit-kit", gives=ExitKit, scope="trades:read", refuses=[NotFound])
def read_exit_kit(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return everything a party needs to finish the trade without this node; keep it before you need it."""
    return exit_kit.exit_kit(code, account=signed_in(request), now=clock.now())
