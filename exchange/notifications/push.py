"""Web push: wakes a browser and carries nothing (RFC 8030); our right to wake it is signed (VAPID, RFC 8292).

What the browser then shows it fetches from this site with its own session. A subscription's address comes from the
browser, so it is called only if it lies at a known push service.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from functools import cache
from urllib.parse import urlsplit

import urllib3
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from exchange.accounts.models import Account
from exchange.core.errors import Invalid, TooMany
from exchange.notifications.models import PushSubscription

MOST_BROWSERS = 10
# A push that could not be handed over within a day tells of something long past.
TTL_SECONDS = 24 * 3600
TOKEN_SECONDS = 12 * 3600
TIMEOUT = urllib3.Timeout(connect=3, read=7)
# P-256 (FIPS 186-5): a private key is a number below the order of the group.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class PushFailed(Exception):
    """The push service did not take it; worth another try."""


@dataclass(frozen=True, slots=True)
class Woken:
    """How many browsers were woken, and how many subscriptions had ended and were forgotten."""

    sent: int
    gone: int


def subscribe(account: Account, *, endpoint: str, label: str, now: datetime) -> PushSubscription:
    """Remember a browser; the same one again changes nothing. Raises `Invalid` or `TooMany`."""
    if not is_push_service(endpoint) or len(endpoint) > 1024:
        raise Invalid(fields={"/endpoint": "This is not the address of a browser's push service we know."})
    known = PushSubscription.objects.filter(account=account)
    if known.exclude(endpoint=endpoint).count() >= MOST_BROWSERS:
        raise TooMany(f"At most {MOST_BROWSERS} browsers can be woken. Switch one off first.", code="enough_browsers")
    found, _ = PushSubscription.objects.get_or_create(
        account=account, endpoint=endpoint, defaults={"label": label[:64], "created_at": now}
    )
    return found


def unsubscribe(account: Account, *, endpoint: str = "", subscription_id: int | None = None) -> int:
    """Forget a browser by its address or number; return how many were forgotten."""
    rows = PushSubscription.objects.filter(account=account)
    rows = rows.filter(pk=subscription_id) if subscription_id is not None else rows.filter(endpoint=endpoint)
    return rows.delete()[0]


def is_push_service(endpoint: str) -> bool:
    """Return whether an address lies at one of `PUSH_SERVICES`; plain http only on loopback, for tests."""
    url = urlsplit(endpoint)
    host = url.hostname or ""
    if url.scheme != "https" and not (url.scheme == "http" and host == "127.0.0.1"):
        return False
    return any(fnmatch(host, pattern) for pattern in settings.PUSH_SERVICES)


def wake(subscriptions: Iterable[PushSubscription]) -> Woken:
    """Wake every browser; those whose subscription has ended are forgotten. Raises `PushFailed` if none was woken."""
    sent = gone = 0
    failure = ""
    for one in subscriptions:
        if not is_push_service(one.endpoint):
            continue
        try:
            status = _post(one.endpoint)
        except urllib3.exceptions.HTTPError as error:
            failure = type(error).__name__
            continue
        if status in {404, 410}:
            one.delete()
            gone += 1
        elif 200 <= status < 300:
            sent += 1
        else:
            failure = f"the push service answered {status}"
    if failure and not sent:
        raise PushFailed(failure)
    return Woken(sent, gone)


def public_key() -> str:
    """Return the key browsers bind their subscription to, base64url without padding."""
    point = _vapid().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _post(endpoint: str) -> int:
    url = urlsplit(endpoint)
    claims = {"aud": f"{url.scheme}://{url.netloc}", "sub": settings.PUSH_CONTACT}
    headers = {**_vapid().sign(claims), "TTL": str(TTL_SECONDS), "Urgency": "high", "Content-Length": "0"}
    with urllib3.PoolManager(retries=False, timeout=TIMEOUT) as pool:
        answer = pool.request("POST", endpoint, headers=headers, redirect=False, preload_content=False)
        answer.release_conn()
        return answer.status


@cache
def _vapid() -> Vapid02:
    """Return the signing key: it follows from SECRET_KEY, so that there is no second secret to keep."""
    seed = hashlib.sha512(b"parley/vapid/v1" + settings.SECRET_KEY.encode()).digest()
    return Vapid02(private_key=ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, ec.SECP256R1()))
