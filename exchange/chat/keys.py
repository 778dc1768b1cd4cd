"""The key schedule of the trade room, as its clients run it: from one wallet signature to one key for each message.

All of it is in `tests/vectors/chat.json`, which the browser's twin reproduces. Primitives: HKDF-SHA-256 (RFC 5869),
HMAC-SHA-256, X25519 (RFC 7748), Ed25519 (RFC 8032). Keys are bytes in here and lower-case hex on the wire. Pure: the
server imports it only to check signatures, and never holds a secret that this module makes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.signing import SigningKey, VerifyKey

from escrow.terms import TypedData

SCHEME = b"parley/chat/v1"
PURPOSE = "Unlock my encrypted Parley chat. Sign this only on the site named here."
_DOMAIN = {"name": "Parley chat", "version": "1"}


class BadKey(ValueError):
    """A key or signature that does not belong where it was found; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKeys:
    """What one message is sealed with: the cipher key and the key of the commitment to its plaintext."""

    enc: bytes
    com: bytes


def seed_typed_data(account: str, *, host: str) -> TypedData:
    """Return the EIP-712 object whose signature is the account's chat seed on the node at `host` (name:port)."""
    members = {"purpose": "string", "host": "string", "account": "address"}
    return _typed_data("ChatSeed", members, {"purpose": PURPOSE, "host": host, "account": account})


def identity_typed_data(account: str, *, identity_key: str, host: str) -> TypedData:
    """Return the EIP-712 object by which a wallet vouches for its chat identity; `identity_key` is hex, no prefix."""
    members = {"account": "address", "identityKey": "bytes32", "host": "string"}
    message = {"account": account, "identityKey": f"0x{identity_key}", "host": host}
    return _typed_data("ChatIdentity", members, message)


def derive(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA-256; an empty salt stands for zeros, as RFC 5869 has it."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt or None, info=info).derive(secret)


def derive_seed(signature: bytes, *, account: str, host: str) -> bytes:
    """Return the account's chat seed from the wallet's 65-byte signature of `seed_typed_data`."""
    return derive(signature, salt=SCHEME, info=f"seed:{host}:{account.lower()}".encode())


def derive_identity(seed: bytes) -> SigningKey:
    """Return the Ed25519 identity that signs everything this account says in chat."""
    return SigningKey(derive(seed, salt=SCHEME, info=b"identity"))


def derive_trade_secret(seed: bytes, *, trade_id: str) -> bytes:
    """Return the X25519 secret of this account for one trade; `trade_id` is 0x-hex, lower case."""
    return derive(seed, salt=SCHEME, info=f"trade:{trade_id}".encode())


def public_half(trade_secret: bytes) -> bytes:
    """Return the X25519 public key of `trade_secret`."""
    return crypto_scalarmult_base(trade_secret)


def trade_key_words(public_key: str, *, trade_id: str) -> bytes:
    """Return the bytes an identity signs to vouch for its trade key (hex)."""
    return f"parley/chat/v1/trade-key:{trade_id}:{public_key}".encode()


def sign_trade_key(identity: SigningKey, *, public_key: str, trade_id: str) -> str:
    """Return the identity's signature of its trade key, hex."""
    return identity.sign(trade_key_words(public_key, trade_id=trade_id)).signature.hex()


def check_signature(words: bytes, *, signature: str, identity_key: str) -> None:
    """Raise `BadKey` unless `signature` is Ed25519 by `identity_key` over `words` (both hex)."""
    try:
        VerifyKey(bytes.fromhex(identity_key)).verify(words, bytes.fromhex(signature))
    except (BadSignatureError, CryptoError, ValueError, TypeError) as error:
        raise BadKey("The signature is not by this chat identity.") from error


def derive_root(trade_secret: bytes, *, their_key: bytes, trade_id: str) -> bytes:
    """Return the conversation root both parties share. Raises `BadKey` for a key that gives no secret."""
    if len(their_key) != 32:  # the binding itself would read past the end
        raise BadKey("A trade key has 32 bytes.")
    try:
        shared = crypto_scalarmult(trade_secret, their_key)
    except (CryptoError, ValueError, TypeError) as error:
        raise BadKey("This trade key gives no shared secret.") from error
    ours = public_half(trade_secret)
    info = SCHEME + b"/root" + min(ours, their_key) + max(ours, their_key)
    return derive(shared, salt=bytes.fromhex(trade_id.removeprefix("0x")), info=info)


def first_chain(root: bytes, *, sender: str) -> bytes:
    """Return where `sender`'s chain of message keys begins."""
    return derive(root, salt=b"", info=f"chain:{sender.lower()}".encode())


def next_chain(chain: bytes) -> bytes:
    """Return the chain key after `chain`; there is no way back."""
    return hmac.new(chain, b"\x02", hashlib.sha256).digest()


def message_key(chain: bytes) -> bytes:
    """Return the key of the message that is sent from `chain`."""
    return hmac.new(chain, b"\x01", hashlib.sha256).digest()


def message_key_at(root: bytes, *, sender: str, n: int) -> bytes:
    """Return the key of `sender`'s message `n`, counted from 1."""
    chain = first_chain(root, sender=sender)
    for _ in range(n - 1):
        chain = next_chain(chain)
    return message_key(chain)


def split_key(key: bytes) -> MessageKeys:
    """Return the cipher and commitment keys of one message (or one envelope) key."""
    return MessageKeys(enc=derive(key, salt=b"", info=b"enc"), com=derive(key, salt=b"", info=b"commit"))


def details_key(root: bytes) -> bytes:
    """Return the key of the payment-details envelope of a conversation."""
    return derive(root, salt=b"", info=b"payment-details")


def _typed_data(name: str, members: Mapping[str, str], message: dict[str, str]) -> TypedData:
    domain = {"name": "string", "version": "string"}
    return {
        "types": {
            "EIP712Domain": [{"name": member, "type": kind} for member, kind in domain.items()],
            name: [{"name": member, "type": kind} for member, kind in members.items()],
        },
        "primaryType": name,
        "domain": dict(_DOMAIN),
        "message": dict(message),
    }
