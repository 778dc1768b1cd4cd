"""Voice and video calls of a trade's two people: who gets a place at the relay, and for how long.

Sound and picture go from browser to browser, encrypted (DTLS-SRTP, RFC 8827), through a TURN relay (RFC 8656) that sees
ciphertext only and keeps each side's IP address from the other. What sets a call up is sealed by the browsers; the
socket hands it on and cannot open it (docs/calls.md).
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from exchange.accounts.models import Account
from exchange.chat.append import OPEN_AFTER_END
from exchange.core.errors import Conflict
from exchange.trades import queries as trades

# A credential is used within seconds; an allocation made with it may outlive it.
VALID_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPass:
    """What a browser shows the relay: addresses (RFC 7065 URIs), a name that says nothing, its password."""

    urls: tuple[str, ...]
    username: str
    credential: str
    expires_at: datetime


def are_on() -> bool:
    """Return whether this site has a relay; without one there are no calls, since a direct line shows IP addresses."""
    return bool(settings.TURN_URLS and settings.TURN_SECRET)


def relay_pass(code: str, *, by: Account, now: datetime) -> RelayPass:
    """Return a pass to the relay for a party of a trade whose chat is open. Raises `NotFound` or `Conflict`."""
    trade = trades.trade_for(code, account=by)
    if not are_on():
        raise Conflict("This site runs no relay, so there are no calls here. Write in the chat.", code="calls_off")
    if trade.finished_at is not None and now > trade.finished_at + OPEN_AFTER_END:
        raise Conflict("This trade ended more than 30 days ago; its chat and calls are closed.", code="closed")
    expires_at = now + VALID_FOR
    username = f"{int(expires_at.timestamp())}:{secrets.token_hex(8)}"
    return RelayPass(
        urls=tuple(settings.TURN_URLS),
        username=username,
        credential=credential_of(username, secret=settings.TURN_SECRET),
        expires_at=expires_at,
    )


def credential_of(username: str, *, secret: str) -> str:
    """Return the password of a name that carries its own end: base64 of HMAC-SHA-1, as TURN servers expect it.

    Source: draft-uberti-behave-turn-rest-00, section 2.2; coturn's `use-auth-secret`.
    """
    return base64.b64encode(hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()).decode()
