"""API tokens: bearer secrets with scopes and an end. The secret is shown once; the database keeps its SHA-256."""

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from exchange.accounts import policy
from exchange.accounts.endings import end_token
from exchange.accounts.models import Account, ApiToken
from exchange.core.errors import Forbidden, Invalid, NotFound, NotSignedIn

SCOPES = ("offers:read", "offers:write", "trades:read", "trades:write", "chat", "webhooks", "arbiter")
PREFIX = "ply_"
LONGEST = timedelta(days=366)
MOST_NETWORKS = 20
# `last_used_at` is for people; one write a minute is enough.
USE_NOTED_EVERY = timedelta(minutes=1)


def issue_token(
    account: Account,
    *,
    name: str,
    scopes: Iterable[str],
    lifetime: timedelta,
    now: datetime,
    networks: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """Return a new token and its secret, `ply_…`, which is never seen again.

    `networks` are addresses or CIDR ranges it may be used from; none means anywhere.
    Raises `Invalid` for an unknown or missing scope, an empty name, a lifetime beyond a year or a bad network,
    `Forbidden` when the account is barred.
    """
    policy.require_active(account)
    wanted = tuple(dict.fromkeys(scopes))
    allowed, problems = read_networks(networks)
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
        networks=allowed,
        created_at=now,
        expires_at=now + lifetime,
    )
    return token, secret


def read_networks(texts: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Return networks in canonical CIDR notation, and the problem with each that is none, by its JSON pointer."""
    found: list[str] = []
    problems: dict[str, str] = {}
    for index, text in enumerate(texts):
        try:
            found.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            problems[f"/networks/{index}"] = "Write an address or a range such as 203.0.113.0/24."
    if len(found) > MOST_NETWORKS:
        problems["/networks"] = f"Name at most {MOST_NETWORKS}."
    return list(dict.fromkeys(found)), problems


def account_of_token(secret: str, *, now: datetime, address: str | None = None) -> tuple[Account, tuple[str, ...]]:
    """Return the account and scopes behind `secret`, used from the network `address`.

    Raises `NotSignedIn` for an unknown, expired or revoked token, `Forbidden` from a network it is not good for and
    when the account is barred.
    """
    token = find_token(secret, now=now)
    policy.require_active(token.account)
    require_network(token, address=address)
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


def require_network(token: ApiToken, *, address: str | None) -> None:
    """Raise `Forbidden` (code `wrong_network`) when a token is used from where it may not be."""
    if not token.networks:
        return
    try:
        number = ipaddress.ip_address(address or "")
    except ValueError:
        number = None
    if isinstance(number, ipaddress.IPv6Address):
        number = number.ipv4_mapped or number
    if number is None or not any(number in ipaddress.ip_network(network) for network in token.networks):
        raise Forbidden("This token may not be used from this network.", code="wrong_network")


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
