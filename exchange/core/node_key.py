"""The node's own key: it says "this node wrote this", verifiably without the node. It holds no coins, signs no calls.

`NODE_KEY_FILE` names 32 bytes of 0x-hex. A signature is EIP-191 over a short text that people can read, so that any
wallet library checks it: the title, and the SHA-256 of the RFC 8785 form of what is signed.
"""

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from exchange.core.hashing import canonical

# eth_account takes a second of processor time to import, which every process would pay and most never use.
if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount


def address() -> str | None:
    """Return the address the node signs as, None where it has no key."""
    account = _account(settings.NODE_KEY)
    return str(account.address) if account else None


def sign(title: str, value: Any) -> dict[str, str] | None:
    """Return `{scheme, address, signature}` over `value` under `title`, None where the node has no key."""
    account = _account(settings.NODE_KEY)
    if account is None:
        return None
    from eth_account.messages import encode_defunct

    signed = account.sign_message(encode_defunct(text=text_of(title, value)))
    return {"scheme": "eip191", "address": str(account.address), "signature": signed.signature.to_0x_hex()}


def text_of(title: str, value: Any) -> str:
    """Return the text that is signed."""
    return f"{title}\nSHA-256 {hashlib.sha256(canonical(value)).hexdigest()}"


@cache
def _account(key: str) -> "LocalAccount | None":
    if not key:
        return None
    from eth_account import Account

    try:
        account: LocalAccount = Account.from_key(key)
    except Exception:  # noqa: BLE001 - whatever the library raises quotes the key, which must not reach a log
        raise ValueError("NODE_KEY must be 32 bytes of 0x-hex.") from None
    return account
