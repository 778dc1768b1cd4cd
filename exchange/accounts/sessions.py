"""Signing in with a wallet: a nonce is handed out, an EIP-4361 message comes back signed, a session begins.

1. `issue_nonce` stores a nonce for five minutes, bound to the session (or client) that asked and to the address.
2. `sign_in` reads and checks the message, then the signature, then uses up the nonce by one conditional UPDATE:
   of a hundred parallel submits of one signature exactly one succeeds.
3. The first sign-in of an address creates its account.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from escrow import signatures
from exchange.accounts import policy, siwe
from exchange.accounts.addresses import read_address
from exchange.accounts.endings import end_session_sockets
from exchange.accounts.models import Account, SignInNonce
from exchange.core.errors import NotSignedIn

NONCE_LIFETIME = timedelta(minutes=5)
STATEMENT = "Sign in to {site}. This proves the address is yours. It costs nothing and moves nothing."
BACKEND = "exchange.accounts.backends.WalletBackend"


def issue_nonce(*, address: str | None, binding: str, now: datetime, host: str | None = None) -> tuple[str, str]:
    """Return a fresh nonce and a complete message to sign with it (empty when no address is given).

    `binding` is what the answer must come back with: the session's key for a browser, empty for a client that keeps no
    cookie. `host` is the host the visitor uses, if it is one of ours; else that of SITE_URL. Raises `Invalid` for a
    malformed address.
    """
    checked = read_address(address) if address else ""
    nonce = secrets.token_hex(16)
    SignInNonce.objects.create(
        nonce=nonce,
        binding=_mark(binding),
        address=checked,
        created_at=now,
        expires_at=now + NONCE_LIFETIME,
    )
    if not checked:
        return nonce, ""
    site = urlsplit(settings.SITE_URL)
    domain = host.lower() if host and host.lower() in our_domains() else site.netloc.lower()
    message = siwe.SiweMessage(
        domain=domain,
        address=checked,
        statement=STATEMENT.format(site=settings.SITE_NAME),
        uri=f"{site.scheme}://{domain}/signin",
        chain_id=settings.CHAIN_ID,
        nonce=nonce,
        issued_at=now,
        expiration_time=now + NONCE_LIFETIME,
    )
    return nonce, siwe.build_message(message)


def sign_in(*, message: str, signature: str, binding: str, now: datetime) -> Account:
    """Return the account that signed `message`, created if this is its first time.

    Raises `Invalid` for a message that is not EIP-4361, `NotSignedIn` for a wrong site, chain, time, nonce or
    signature, `Forbidden` when the account is barred.
    """
    asked = siwe.parse(message)
    site = urlsplit(settings.SITE_URL)
    siwe.check(asked, scheme=site.scheme, domains=our_domains(), chain_id=settings.CHAIN_ID, now=now)
    unused = _unused_nonce(asked, binding=binding, now=now)
    if not unused.exists():  # before the signature, which may cost a call to a contract wallet
        raise _nonce_gone()
    try:
        signatures.check(siwe.personal_digest(message), signature, signer=asked.address)
    except signatures.BadSignature as error:
        raise NotSignedIn("The signature does not belong to this address and message.", code="bad_signature") from error
    with transaction.atomic():
        if unused.update(used_at=now) != 1:
            raise _nonce_gone()
        account, _ = Account.objects.get_or_create(address=asked.address, defaults={"last_active_at": now})
    policy.require_active(account)
    Account.objects.filter(pk=account.pk).update(last_active_at=now)
    return account


def start_session(request: HttpRequest, account: Account) -> None:
    """Sign the browser in under a new session key."""
    login(request, account, backend=BACKEND)


def end_session(request: HttpRequest) -> None:
    """Sign the browser out and close the sockets it opened."""
    if isinstance(request.user, Account) and request.session.session_key:
        end_session_sockets(request.user, session_key=request.session.session_key)
    logout(request)


def our_domains() -> frozenset[str]:
    """Return the authorities a message may name: SITE_URL's, and each plainly named allowed host on the same port."""
    site = urlsplit(settings.SITE_URL)
    port = f":{site.port}" if site.port else ""
    plain = (host for host in settings.ALLOWED_HOSTS if host and not host.startswith((".", "*")))
    return frozenset({site.netloc.lower(), *(f"{host.lower()}{port}" for host in plain)})


def _unused_nonce(asked: siwe.SiweMessage, *, binding: str, now: datetime) -> QuerySet[SignInNonce]:
    """Return the one row that this message may use up, if there is one."""
    return SignInNonce.objects.filter(
        Q(address="") | Q(address=asked.address),
        nonce=asked.nonce,
        binding=_mark(binding),
        created_at__lte=asked.issued_at + siwe.SKEW,
        expires_at__gt=now,
        used_at__isnull=True,
    )


def _nonce_gone() -> NotSignedIn:
    return NotSignedIn("This sign-in request was used already or is too old. Ask for a new one.", code="nonce_gone")


def _mark(binding: str) -> str:
    """Return what is stored of a binding: its hash, so that no session key lies in a second table."""
    return hashlib.sha256(binding.encode()).hexdigest() if binding else ""
