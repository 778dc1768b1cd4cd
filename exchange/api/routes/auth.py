"""Signing in with a wallet (EIP-4361) and out again."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router

from exchange.accounts import actions as accounts
from exchange.accounts.models import Account
from exchange.accounts.tokens import SCOPES, find_token
from exchange.api import auth, throttle
from exchange.api.answers import NOTHING, Answer, time_text
from exchange.api.calls import call
from exchange.api.schemas import accounts as schemas
from exchange.core import clock
from exchange.core.errors import Forbidden, NotSignedIn

router = Router()
# The token that comes with a sign-in lasts as long as a browser's session; POST /tokens makes longer ones.
LIFETIME = timedelta(days=14)


@call(router, "POST", "/auth/nonce", gives=schemas.Nonce, public=True, refuses=[Forbidden], limit=throttle.SIGN_INS)
def ask_nonce(request: HttpRequest, body: schemas.AskNonce) -> dict[str, str]:
    """Return a single-use nonce and a complete EIP-4361 message to sign with it, good for five minutes."""
    auth.check_same_site(request)
    nonce, message = accounts.issue_nonce(
        address=body.address, binding=_binding(request, make=True), now=clock.now(), host=request.get_host()
    )
    return {"nonce": nonce, "message": message}


@call(
    router,
    "POST",
    "/auth/siwe",
    gives=schemas.SignedIn,
    public=True,
    refuses=[NotSignedIn, Forbidden],
    limit=throttle.SIGN_INS,
)
def sign_in(request: HttpRequest, body: schemas.SignIn) -> dict[str, Any]:
    """Sign in with a signed EIP-4361 message: returns a token for programs and sets the session for browsers."""
    auth.check_same_site(request)
    now = clock.now()
    account = accounts.sign_in(
        message=body.message, signature=body.signature, binding=_binding(request, make=False), now=now
    )
    accounts.start_session(request, account)
    return _signed_in(account, now=now)


def _signed_in(account: Account, *, now: datetime) -> dict[str, Any]:
    scopes = [scope for scope in SCOPES if scope != "arbiter" or account.is_arbiter]
    token, secret = accounts.issue_token(account, name="Sign-in", scopes=scopes, lifetime=LIFETIME, now=now)
    who = {"address": account.address, "name": account.label}
    return {"token": secret, "expires_at": time_text(token.expires_at), "account": who}


@call(router, "POST", "/auth/logout", gives=None, status=204)
def sign_out(request: HttpRequest) -> Answer:
    """End this session, or revoke the token that made this call; their sockets close."""
    secret, now = auth.caller_of(request).secret, clock.now()
    if secret is None:
        accounts.end_session(request)
    else:
        accounts.revoke_token(auth.signed_in(request), token_id=find_token(secret, now=now).pk, now=now)
    return NOTHING


def _binding(request: HttpRequest, *, make: bool) -> str:
    """Return what ties a nonce to the browser that asked for it; programs that keep no cookies have none.

    A browser is known by its cookies or by the headers that pages cannot forge; it gets a session to bind to.
    """
    session = request.session
    looks_like_browser = "Sec-Fetch-Mode" in request.headers or "Origin" in request.headers or request.COOKIES
    if make and session.session_key is None and looks_like_browser:
        session["asked_to_sign_in"] = True  # an empty session would not be kept
        session.create()
    return hashlib.sha256(session.session_key.encode()).hexdigest() if session.session_key else ""
