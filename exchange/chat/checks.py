"""What the server checks of a message or envelope before it relays it: shape, size, place and signature. Pure.

The text itself it cannot read. Each refusal names the member that is wrong.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from exchange.chat import protocol
from exchange.core.errors import Invalid
from exchange.core.hashing import GENESIS, canonical

MAX_BYTES = 32 * 1024
# A nonce, one padding step and the cipher's tag.
LEAST_CIPHERTEXT = protocol.NONCE + protocol.STEP + 16
MOST_COUNT = 2**31 - 1
_HEX32 = re.compile(r"[0-9a-f]{64}")
_HEX64 = re.compile(r"[0-9a-f]{128}")
_MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z")
_MESSAGE = frozenset({*protocol.HEADER, "ct", "commit", "sig"})
_ENVELOPE = frozenset({*protocol.DETAILS_HEADER, "ct", "commit", "sig"})


def check_message(message: Mapping[str, Any], *, trade_id: str, sender: str, identity_key: str) -> None:
    """Raise `Invalid` unless `message` is a whole message of `sender` for this trade, signed by `identity_key`."""
    _check_size(message)
    wrong = _wrong_members(message, _MESSAGE)
    n, prev, sent_at = message.get("n"), message.get("prev"), message.get("sent_at")
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST_COUNT:
        wrong["/n"] = "The counter is a whole number from 1."
    if not isinstance(prev, str) or not _HEX32.fullmatch(prev):
        wrong["/prev"] = "This is the hash of your last message here, 64 hex digits, or zeros for the first."
    elif (n == 1) != (prev == GENESIS):
        wrong["/prev"] = "Only the first message has zeros here."
    if not isinstance(sent_at, str) or not _MOMENT.fullmatch(sent_at):
        wrong["/sent_at"] = "This is a time such as 2026-11-22T15:00:00.000Z."
    wrong |= _wrong_seal(message, trade_id=trade_id, sender=sender)
    _refuse(wrong)
    _check_signed(message, identity_key=identity_key)


def check_envelope(envelope: Mapping[str, Any], *, trade_id: str, sender: str, method: str, identity_key: str) -> None:
    """Raise `Invalid` unless `envelope` holds `sender`'s payment details for this trade and payment method."""
    _check_size(envelope)
    wrong = _wrong_members(envelope, _ENVELOPE)
    if envelope.get("kind") != protocol.DETAILS_KIND:
        wrong["/kind"] = f"This must be {protocol.DETAILS_KIND}."
    if envelope.get("method") != method:
        wrong["/method"] = "These details are for another payment method than the trade's."
    wrong |= _wrong_seal(envelope, trade_id=trade_id, sender=sender)
    _refuse(wrong)
    _check_signed(envelope, identity_key=identity_key)


def read_key(text: str, *, field: str) -> str:
    """Return a 32-byte public key as lower-case hex. Raises `Invalid` naming `field`."""
    if not isinstance(text, str) or not _HEX32.fullmatch(text):
        raise Invalid(fields={field: "This is a key of 32 bytes: 64 lower-case hex digits, without 0x."})
    return text


def read_signature(text: str, *, field: str) -> str:
    """Return a 64-byte Ed25519 signature as lower-case hex. Raises `Invalid` naming `field`."""
    if not isinstance(text, str) or not _HEX64.fullmatch(text):
        raise Invalid(fields={field: "This is a signature of 64 bytes: 128 lower-case hex digits, without 0x."})
    return text


def _check_size(value: Mapping[str, Any]) -> None:
    try:
        size = len(canonical(dict(value)))
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid("This is not a message: it holds values that cannot be signed.") from error
    if size > MAX_BYTES:
        raise Invalid(f"A message has at most {MAX_BYTES} bytes; this one has {size}.", code="too_large")


def _wrong_members(value: Mapping[str, Any], names: frozenset[str]) -> dict[str, str]:
    return {
        f"/{name}": "This is missing." if name in names else "There is no such member."
        for name in sorted(set(value) ^ names)
    }


def _wrong_seal(value: Mapping[str, Any], *, trade_id: str, sender: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if value.get("v") != protocol.VERSION or isinstance(value.get("v"), bool):
        wrong["/v"] = f"Only version {protocol.VERSION} is spoken here."
    if value.get("trade") != trade_id:
        wrong["/trade"] = "This was written for another trade."
    if value.get("sender") != sender:
        wrong["/sender"] = "You can only speak for yourself."
    if not _is_ciphertext(value.get("ct")):
        wrong["/ct"] = "This is base64 of a nonce of 24 bytes and the ciphertext."
    commit, sig = value.get("commit"), value.get("sig")
    if not isinstance(commit, str) or not _HEX32.fullmatch(commit):
        wrong["/commit"] = "This is a commitment of 64 hex digits."
    if not isinstance(sig, str) or not _HEX64.fullmatch(sig):
        wrong["/sig"] = "This is a signature of 128 hex digits."
    return wrong


def _is_ciphertext(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        size = len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return False
    return size >= LEAST_CIPHERTEXT and (size - LEAST_CIPHERTEXT) % protocol.STEP == 0


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Invalid("This message cannot be relayed: " + " ".join(wrong.values()), fields=wrong)


def _check_signed(value: Mapping[str, Any], *, identity_key: str) -> None:
    try:
        protocol.check_signed(value, identity_key=identity_key)
    except protocol.Unreadable as error:
        raise Invalid(str(error), code="bad_signature", fields={"/sig": str(error)}) from error
