"""Who is asking: pages that need an account send everyone else to the sign-in and back."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from exchange.accounts.models import Account
from exchange.core.errors import NotSignedIn

P = ParamSpec("P")


def visitor(request: HttpRequest) -> Account | None:
    """Return the signed-in account, None for an anonymous reader."""
    return request.user if isinstance(request.user, Account) else None


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
