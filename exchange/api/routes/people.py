"""Accounts: one's own, and what anyone may know of another."""

# ruff: noqa: ARG001  (every view is handed its request)

from typing import Any

from django.http import HttpRequest
from ninja import Router

from exchange.accounts import actions, queries, restrictions
from exchange.accounts.models import Account
from exchange.api.auth import require_sign_in, signed_in
from exchange.api.calls import call
from exchange.api.render import accounts as render
from exchange.api.schemas import accounts as schemas
from exchange.api.schemas.fields import CodePath
from exchange.core import clock
from exchange.core.errors import Forbidden, NotFound
from exchange.notifications import queries as notifications
from exchange.reputation import queries as reputation

router = Router()


@call(router, "GET", "/me", gives=schemas.Me)
def read_me(request: HttpRequest) -> dict[str, Any]:
    """Return the calling account."""
    return _me(signed_in(request))


@call(router, "PATCH", "/me", gives=schemas.Me, refuses=[Forbidden])
def rename_me(request: HttpRequest, body: schemas.Rename) -> dict[str, Any]:
    """Choose one's name: 3 to 32 characters, no look-alike of another; an empty one takes it away."""
    require_sign_in(request)
    return _me(actions.rename(signed_in(request), body.name))


def _me(account: Account) -> dict[str, Any]:
    decided = restrictions.concerning(account, now=clock.now())
    return render.me(account, unread=notifications.unread_count(account), restrictions=decided)


@call(router, "GET", "/accounts/{address}", gives=schemas.Profile, public=True, refuses=[NotFound])
def read_profile(request: HttpRequest, address: CodePath) -> dict[str, Any]:
    """Return what finished trades say about an account, found by address or name."""
    account = queries.account_named(address)
    return render.profile(account, reputation.standing_of(account.pk))
