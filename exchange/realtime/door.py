"""Who knocks: the page of a browser with its session, or a program with a token. Decided before the handshake.

A browser sends Origin and cookies; an Origin that is not ours, `null` or missing is refused, so that no other site's
page can open a socket in a visitor's name (RFC 6455 section 10.2). A program without Origin is never known by cookies:
it brings a token in the subprotocol list (`parley.v1`, `bearer.ply_…`) or in its first frame.
"""

from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host

from exchange.accounts import policy
from exchange.accounts.endings import session_mark
from exchange.accounts.models import Account
from exchange.accounts.tokens import find_token, require_network
from exchange.core import clock

BEARER = "bearer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What the handshake says."""

    origin: str | None
    host: str
    session_key: str | None
    token: str | None
    address: str = ""

    @property
    def is_welcome(self) -> bool:
        """Whether the handshake may go on at all."""
        if self.origin is None:
            return self.session_key is None
        return is_ours(self.origin, host=self.host)

    @property
    def must_auth(self) -> bool:
        """Whether the first frame has to bring a token: a program that has not shown one yet."""
        return self.origin is None and self.token is None

    @property
    def is_named(self) -> bool:
        """Whether there is anything to look up: a token, or a page's session."""
        return self.token is not None or (self.session_key is not None and self.origin is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What let a socket in; it is checked again and again, and ends with its session, token or account."""

    account: Account | None = None
    scopes: frozenset[str] | None = None
    session_key: str | None = None
    session: str | None = None
    token: int | None = None
    address: str = ""

    def may(self, scope: str) -> bool:
        """Return whether this pass covers `scope`; a session covers what its person may."""
        return self.account is not None and (self.scopes is None or scope in self.scopes)


STRANGER = Pass()


def read_knock(scope: dict[str, Any]) -> Knock:
    """Return what the handshake of an ASGI scope says."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    offered = [name for name in scope.get("subprotocols", ()) if name.startswith(BEARER)]
    return Knock(
        origin=headers.get("origin"),
        host=headers.get("host", ""),
        session_key=parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME) or None,
        token=offered[0].removeprefix(BEARER) if offered else None,
        address=client_address(scope, forwarded=headers.get("x-forwarded-for")),
    )


def client_address(scope: dict[str, Any], *, forwarded: str | None) -> str:
    """Return the caller's network address: the connection's, or the hop that a declared proxy of ours added."""
    if settings.TRUST_PROXY and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return str((scope.get("client") or ("",))[0])


def is_ours(origin: str, *, host: str) -> bool:
    """Return whether a page of `origin` is one of this site: a declared origin, or the allowed host it was asked at."""
    if origin in settings.CSRF_TRUSTED_ORIGINS or origin == settings.SITE_URL:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme != "https" and (settings.DEPLOY or parts.scheme != "http"):
        return False
    domain, _ = split_domain_port(host)
    return bool(domain) and parts.netloc.lower() == host.lower() and validate_host(domain, settings.ALLOWED_HOSTS)


def identify(knock: Knock) -> Pass:
    """Return the pass of a welcome knock. Raises `NotSignedIn` or `Forbidden` for a token that does not let in."""
    if knock.token is not None:
        return pass_of_token(knock.token, address=knock.address)
    if knock.session_key and knock.is_named:
        return _pass_of_session(knock.session_key)
    return replace(STRANGER, address=knock.address)


def pass_of_token(secret: str, *, address: str) -> Pass:
    """Return the pass of a bearer token. Raises `NotSignedIn` or `Forbidden`."""
    token = find_token(secret, now=clock.now())
    policy.require_active(token.account)
    require_network(token, address=address)
    return Pass(account=token.account, scopes=frozenset(token.scopes), token=token.pk)


def _pass_of_session(session_key: str) -> Pass:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, Account):
        return STRANGER
    return Pass(account=user, session_key=session_key, session=session_mark(session_key))
