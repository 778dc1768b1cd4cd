"""Messages of the trade room, as its clients make and read them; the browser's twin gives the same bytes.

A message is a header (version, trade, sender, counter, hash of the sender's last message, time), ciphertext, a
commitment to the plaintext and an Ed25519 signature over the RFC 8785 form of all of it. The cipher is XChaCha20-
Poly1305 with the header as associated data; it does not commit to its key, so the HMAC `commit` does. Plaintexts are
padded to steps of 256 bytes (ISO/IEC 7816-4), so that lengths tell little. Pure.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey

from exchange.chat import keys
from exchange.core.hashing import GENESIS, canonical

VERSION = 1
STEP = 256
NONCE = 24
HEADER = ("v", "trade", "sender", "n", "prev", "sent_at")
DETAILS_HEADER = ("v", "kind", "trade", "sender", "method")
DETAILS_KIND = "payment-details"


class Unreadable(ValueError):
    """A message or envelope that is not what it claims to be; the message says what is wrong with it."""


def pad(plaintext: bytes) -> bytes:
    """Return `plaintext` with 0x80 and zeros up to the next multiple of 256 bytes."""
    return plaintext + b"\x80" + b"\x00" * (-(len(plaintext) + 1) % STEP)


def unpad(padded: bytes) -> bytes:
    """Undo `pad`. Raises `Unreadable`."""
    body = padded.rstrip(b"\x00")
    if len(padded) % STEP or len(padded) - len(body) >= STEP or not body.endswith(b"\x80"):
        raise Unreadable("The padding is broken.")
    return body[:-1]


def hash_of(message: Mapping[str, Any]) -> str:
    """Return the hex SHA-256 of a whole message, its signature included: the next message's `prev`."""
    return hashlib.sha256(canonical(dict(message))).hexdigest()


def seal(
    content: Mapping[str, Any],
    *,
    key: bytes,
    identity: SigningKey,
    trade_id: str,
    sender: str,
    n: int,
    prev: str,
    sent_at: str,
    nonce: bytes | None = None,
) -> dict[str, Any]:
    """Return `content` as `sender`'s signed message `n`, encrypted under the message key `key`.

    `prev` is the hash of message n-1 (64 zeros for the first), `sent_at` RFC 3339 UTC with milliseconds.
    """
    if (n == 1) != (prev == GENESIS):
        raise Unreadable("Only a first message has no message before it.")
    header = {"v": VERSION, "trade": trade_id, "sender": sender, "n": n, "prev": prev, "sent_at": sent_at}
    return _sealed(header, content, key=key, identity=identity, nonce=nonce)


def open_message(message: Mapping[str, Any], *, key: bytes, identity_key: str) -> dict[str, Any]:
    """Return the content of `message` after checking signature, cipher and commitment. Raises `Unreadable`."""
    return _opened(message, HEADER, key=key, identity_key=identity_key)


def seal_details(
    fields: Mapping[str, str],
    *,
    root: bytes,
    identity: SigningKey,
    trade_id: str,
    sender: str,
    method: str,
    nonce: bytes | None = None,
) -> dict[str, Any]:
    """Return the payee's account fields for payment method `method` as a sealed, signed envelope."""
    header = {"v": VERSION, "kind": DETAILS_KIND, "trade": trade_id, "sender": sender, "method": method}
    key = keys.details_key(root)
    return _sealed(header, {"fields": dict(fields)}, key=key, identity=identity, nonce=nonce)


def open_details(envelope: Mapping[str, Any], *, root: bytes, identity_key: str) -> dict[str, str]:
    """Return the account fields in a payment-details envelope. Raises `Unreadable`."""
    content = _opened(envelope, DETAILS_HEADER, key=keys.details_key(root), identity_key=identity_key)
    fields = content.get("fields")
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise Unreadable("The envelope does not hold account fields.")
    return fields


def check_signed(signed: Mapping[str, Any], *, identity_key: str) -> None:
    """Raise `Unreadable` unless `identity_key` signed everything in `signed` but the signature itself."""
    rest = {name: value for name, value in signed.items() if name != "sig"}
    try:
        keys.check_signature(canonical(rest), signature=str(signed.get("sig", "")), identity_key=identity_key)
    except keys.BadKey as error:
        raise Unreadable("The signature does not fit: the sender did not write this.") from error


def check_follows(message: Mapping[str, Any], *, last: Mapping[str, Any] | None) -> None:
    """Raise `Unreadable` unless `message` comes right after `last`, its sender's message before it."""
    if message.get("n") != (int(last["n"]) + 1 if last else 1):
        raise Unreadable("A message is missing before this one.")
    if message.get("prev") != (hash_of(last) if last else GENESIS):
        raise Unreadable("The message before this one was altered.")


def _sealed(
    header: dict[str, Any], content: Mapping[str, Any], *, key: bytes, identity: SigningKey, nonce: bytes | None
) -> dict[str, Any]:
    pair = keys.split_key(key)
    nonce = nonce or secrets.token_bytes(NONCE)
    padded = pad(canonical(dict(content)))
    ciphertext = crypto_aead_xchacha20poly1305_ietf_encrypt(padded, canonical(header), nonce, pair.enc)
    message = {
        **header,
        "ct": base64.b64encode(nonce + ciphertext).decode(),
        "commit": hmac.new(pair.com, padded, hashlib.sha256).hexdigest(),
    }
    return {**message, "sig": identity.sign(canonical(message)).signature.hex()}


def _opened(signed: Mapping[str, Any], names: tuple[str, ...], *, key: bytes, identity_key: str) -> dict[str, Any]:
    check_signed(signed, identity_key=identity_key)
    pair = keys.split_key(key)
    header = {name: signed.get(name) for name in names}
    try:
        sealed = base64.b64decode(str(signed.get("ct", "")), validate=True)
        padded = crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[NONCE:], canonical(header), sealed[:NONCE], pair.enc)
    except (CryptoError, ValueError, TypeError, binascii.Error) as error:
        raise Unreadable("The text cannot be decrypted with this key.") from error
    commitment = hmac.new(pair.com, padded, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(commitment, str(signed.get("commit", ""))):
        raise Unreadable("The text is not the one its sender committed to.")
    try:
        content = json.loads(unpad(padded))
    except ValueError as error:
        raise Unreadable("The decrypted text is not readable.") from error
    if not isinstance(content, dict):
        raise Unreadable("The decrypted text is not readable.")
    return content
