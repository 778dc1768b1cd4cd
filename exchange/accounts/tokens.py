"""API tokens: bearer secrets with scopes and an end. The secret is shown once; the database keeps its SHA-256."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from exchange.accounts import policy
from exchange.accounts.endings import end_token
from exchange.accounts.models import Account, ApiToken
from exchange.core.errors import Invalid, NotFound, NotSignedIn

SCOPES = ("offers:read", "offers:write", "trades:read", "trades:write", "chat", "webhooks", "arbiter")
PREFIX = "ply_"
LONGEST = timedelta(days=366)
# `last_used_at` is for people; one write a minute is enough.
USE_NOTED_EVERY = timedelta(minutes=1)


def issue_token(
    account: Account, *, name: str, scopes: Iterable[str], lifetime: timedelta, now: datetime
) -> tuple[ApiToken, str]:
    """Return a new token and its secret, `ply_…`, which is never seen again.

    Raises `Invalid` for an unknown or missing scope, an empty name or a lifetime beyond a year, `Forbidden` when the
    account is suspended.
    """
    policy.require_active(account)
    wanted = tuple(dict.fromkeys(scopes))
    problems = {}
    if not 1 <= len(name.strip()) <= 64:
        problems["/name"] = "Give the token a name of 1 to 64 characters."
    if not wanted or not set(wanted) <= set(SCOPES):
        problems["/scopes"] = f"Choose one or more of: {', '.join(SCOPES)}."
    if not timedelta(0) < lifetime <= LONGEST:
        problems["/lifetime"] = f"A token lives for at most {LONGEST.days} days."
    if problems:
        raise Invalid(fields=problems)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account=account,
        name=name.strip(),
        digest=digest_of(secret),
        scopes=[scope for scope in SCOPES if scope in wanted],
        created_at=now,
        expires_at=now + lifetime,
    )
    return token, secret


def account_of_token(secret: str, *, now: datetime) -> tuple[Account, tuple[str, ...]]:
    """Return the account and scopes behind `secret`.

    Raises `NotSignedIn` for an unknown, expired or revoked token, `Forbidden` when the account is suspended.
    """
    token = find_token(secret, now=now)
    policy.require_active(token.account)
    _note_use(token, now=now)
    return token.account, tuple(token.scopes)


def find_token(secret: str, *, now: datetime) -> ApiToken:
    """Return the live token behind `secret`, its account loaded. Raises `NotSignedIn`; notes no use."""
    token = (
        ApiToken.objects.select_related("account")
        .filter(digest=digest_of(secret), expires_at__gt=now, revoked_at__isnull=True)
        .first()
        if secret.startswith(PREFIX)
        else None
    )
    if token is None:
        raise NotSignedIn("This token is unknown, has expired or was revoked. Sign in again.", code="bad_token")
    return token


def revoke_token(account: Account, *, token_id: int, now: datetime) -> None:
    """End a token of `account` and the sockets it opened; ending it twice changes nothing. Raises `NotFound`."""
    if not ApiToken.objects.filter(pk=token_id, account=account).exists():
        raise NotFound()
    ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=now)
    end_token(account, token_id=token_id)


def digest_of(secret: str) -> str:
    """Return what the database keeps of a secret. It is random, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _note_use(token: ApiToken, *, now: datetime) -> None:
    stale = now - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > stale:
        return
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale)
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    Account.objects.filter(pk=token.account_id).update(last_active_at=now)
