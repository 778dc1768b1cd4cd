"""Signing secrets: made here, sealed in the database under a key of SECRET_KEY, opened only to sign.

A copy of the database alone cannot forge a webhook. Message signatures are those of Standard Webhooks.
"""

import base64
import os
import secrets
from datetime import datetime
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from standardwebhooks import Webhook

from exchange.webhooks.models import Endpoint

PREFIX = "whsec_"
_NONCE = 12


def new_secret() -> str:
    """Return a fresh secret, `whsec_` and 32 random bytes in base 64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def seal(secret: str) -> bytes:
    """Return what the database keeps of `secret`."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, secret.encode("ascii"), None)


def unseal(sealed: bytes | memoryview) -> str:
    """Return the secret. Raises `ValueError` when SECRET_KEY is no longer the one it was sealed under."""
    data = bytes(sealed)
    try:
        return AESGCM(_key(settings.SECRET_KEY)).decrypt(data[:_NONCE], data[_NONCE:], None).decode("ascii")
    except InvalidTag as error:
        raise ValueError("sealed under another SECRET_KEY") from error


def sign(endpoint: Endpoint, *, message_id: str, body: str, now: datetime) -> str:
    """Return the `webhook-signature` of a message sent now: by the secret, and by the one before while it counts."""
    sealed = [endpoint.secret]
    if endpoint.old_secret is not None and endpoint.old_until is not None and now < endpoint.old_until:
        sealed.append(endpoint.old_secret)
    return " ".join(Webhook(unseal(one)).sign(message_id, now, body) for one in sealed)


@cache
def _key(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parley webhook secrets").derive(secret_key.encode())
