"""Who calls: a browser's session with CSRF protection, or a bearer token with scopes.

A token in `Authorization` wins over a cookie. An invalid token is refused even where no one need be signed in, so that
nobody believes to be signed in and is not.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja.security.base import AuthBase

from exchange.accounts import actions as accounts
from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.accounts.tokens import SCOPES
from exchange.core import clock
from exchange.core.errors import Forbidden, NotSignedIn

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What a sign-in's own token covers for everybody; an arbiter's covers more.
_WHOLE = frozenset(SCOPES) - {"arbiter"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The account a call speaks for; `scopes` is None for a browser session, which may do everything its person may."""

    account: Account | None
    scopes: frozenset[str] | None = None
    secret: str | None = None

    @property
    def key(self) -> str | None:
        """The name under which limits count this caller; None for strangers."""
        return f"account:{self.account.pk}" if self.account else None


NOBODY = Caller(account=None)


def caller_of(request: HttpRequest) -> Caller:
    """Return who makes this call, as it was found before the view ran."""
    caller: Caller = getattr(request, "auth", NOBODY)
    return caller


def viewer(request: HttpRequest) -> Account | None:
    """Return the calling account, None for a stranger."""
    return caller_of(request).account


def signed_in(request: HttpRequest) -> Account:
    """Return the calling account. Raises `NotSignedIn`."""
    account = viewer(request)
    if account is None:
        raise NotSignedIn
    return account


def require_sign_in(request: HttpRequest) -> None:
    """Refuse a token of limited scopes where the account itself is changed: tokens and name. Raises `Forbidden`."""
    held = caller_of(request).scopes
    if held is not None and not held >= _WHOLE:
        raise Forbidden(
            "Only a sign-in, or a token with every scope, may do this. Sign in with POST /auth/siwe.",
            code="scope_missing",
        )


def identify(request: HttpRequest, *, csrf: bool = True) -> Caller:
    """Return who calls. Raises `NotSignedIn` for an invalid token, `Forbidden` for a forged browser request."""
    secret = bearer_secret(request.headers.get("Authorization"))
    if secret is not None:
        account, scopes = accounts.account_of_token(secret, now=clock.now(), address=client_address(request))
        return Caller(account=account, scopes=frozenset(scopes), secret=secret)
    user = getattr(request, "user", None)
    if not isinstance(user, Account):
        return NOBODY
    if csrf and request.method not in SAFE_METHODS:
        check_csrf(request)
    return Caller(account=user)


def client_address(request: HttpRequest) -> str:
    """Return the network address of the caller: what the connection says, or the hop a declared proxy of ours added."""
    forwarded = request.headers.get("X-Forwarded-For")
    if settings.TRUST_PROXY and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def bearer_secret(header: str | None) -> str | None:
    """Return the token of an `Authorization` header, None without one. Raises `NotSignedIn` for other schemes."""
    if not header:
        return None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotSignedIn("Send the header Authorization: Bearer followed by your token.")
    return secret.strip()


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, answering with the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:  # noqa: ARG002  (Django's signature)
        return reason


def check_csrf(request: HttpRequest) -> None:
    """Refuse a browser request that does not carry the session's CSRF token. Raises `Forbidden`."""
    check = _CsrfCheck(lambda _: HttpResponse())
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    check.process_request(request)
    reason = check.process_view(request, HttpResponse, (), {})
    if reason is not None:
        raise Forbidden(
            "This request does not carry the page's CSRF token. Reload the page, or send X-CSRFToken.",
            code="csrf",
        )


def check_same_site(request: HttpRequest) -> None:
    """Refuse a sign-in that another site's page sends through a visitor's browser. Raises `Forbidden`."""
    origin = request.headers.get("Origin")
    ours = {f"{request.scheme}://{request.get_host()}", settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS}
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or (origin is not None and origin not in ours):
        raise Forbidden("This request comes from another site's page.", code="cross_site")


class _Needs(AuthBase):
    """Asks for a signed-in caller whose token covers `scope`."""

    def __init__(self, scope: str | None) -> None:
        self.scope = scope
        super().__init__()

    def check(self, caller: Caller) -> Caller:
        """Return `caller` if it may go on. Raises `Forbidden` for a missing scope."""
        if self.scope is not None and caller.scopes is not None:
            policy.require_scope(caller.scopes, self.scope)
        return caller


class BearerToken(_Needs):
    """`Authorization: Bearer ply_…`."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the token's caller, None when no token was sent."""
        if not request.headers.get("Authorization"):
            return None
        return self.check(identify(request))


class BrowserSession(_Needs):
    """The browser's session cookie, with X-CSRFToken on unsafe calls."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "parley_session"

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the session's caller. Raises `NotSignedIn` when nobody is signed in."""
        caller = identify(request)
        if caller.account is None:
            raise NotSignedIn
        return self.check(caller)


class Anyone(AuthBase):
    """No one need be signed in; whoever is, is known. An unsafe call that is open to anyone must `check_same_site`."""

    openapi_type = "http"

    def __call__(self, request: HttpRequest) -> Caller:
        """Return who calls, or nobody."""
        return identify(request, csrf=False)
