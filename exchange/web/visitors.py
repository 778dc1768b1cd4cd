"""Who is asking: pages that need an account send everyone else to the sign-in and back."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from exchange.accounts import regards
from exchange.accounts.models import Account
from exchange.core.errors import NotSignedIn
from exchange.trades import queries as trades

P = ParamSpec("P")


def visitor(request: HttpRequest) -> Account | None:
    """Return the signed-in account, None for an anonymous reader."""
    return request.user if isinstance(request.user, Account) else None


def reading_as(reader: Account | None) -> dict[str, Any]:
    """Return what the book asks of its reader: who they are, their finished trades, with whom, and whom they block."""
    if reader is None:
        return {"viewer": None, "finished_trades": None, "partners": frozenset(), "blocked": frozenset()}
    record = trades.record_of(reader)
    return {
        "viewer": reader,
        "finished_trades": record.finished,
        "partners": record.partners,
        "blocked": regards.blocked_by(reader),
    }


def account_of(request: HttpRequest) -> Account:
    """Return the signed-in account. Raises `NotSignedIn`."""
    account = visitor(request)
    if account is None:
        raise NotSignedIn()
    return account


def signed_in(
    view: Callable[Concatenate[HttpRequest, Account, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the signed-in account as its second argument."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, account_of(request), *args, **kwargs)

    return answer
