"""Which signed transfers a token knows, and under which name it wants them signed; asked from the token itself.

A token that says what its domain separator is, and whose name gives exactly that one, can be signed for; any other is
funded by `approve` and the seller's own transaction. Sources: EIP-2612, ERC-3009.
"""

from dataclasses import dataclass
from functools import cache

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from escrow import abi
from escrow.errors import RpcError, Unavailable
from escrow.funding import TokenDomain
from escrow.rpc import PATIENCE_SECONDS, chain
from escrow.typed_data import domain_members, hash_struct

__all__ = ["SignedTransfers", "signed_transfers"]

_WORD = 32
# OpenZeppelin's tokens do not tell their version: it is 1; the large stablecoins are at 1 or 2.
_VERSIONS = ("1", "2")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransfers:
    """What a token takes besides transactions, and how it names itself in what is signed."""

    domain: TokenDomain
    permits: bool
    authorizations: bool


def signed_transfers(token: str, *, chain_id: int) -> SignedTransfers | None:
    """Return what `token` can be signed for; None for nothing, and while the chain cannot be asked."""
    try:
        return _ask(token, chain_id)
    except (LookupError, Unavailable):
        return None


@cache
def _ask(token: str, chain_id: int) -> SignedTransfers:
    """Ask once a process. Raises `LookupError`, which is not remembered: the token may not be deployed yet."""
    separator = _call(token, chain_id, "DOMAIN_SEPARATOR")
    if len(separator) != _WORD:
        raise LookupError(token)
    name, version = _text(_call(token, chain_id, "name")), _text(_call(token, chain_id, "version"))
    for candidate in (version, *_VERSIONS):
        told = {"name": name, "version": candidate, "chainId": chain_id, "verifyingContract": token}
        if candidate and hash_struct("EIP712Domain", told, types={"EIP712Domain": domain_members(told)}) == separator:
            return SignedTransfers(
                domain=TokenDomain(name=name, version=candidate),
                permits=len(_call(token, chain_id, "nonces", address=token)) == _WORD,
                authorizations=len(_call(token, chain_id, "authorizationState", address=token, word=bytes(_WORD)))
                == _WORD,
            )
    raise LookupError(token)


def _call(token: str, chain_id: int, function: str, *, address: str = "", word: bytes = b"") -> bytes:
    """Return what a view of the token answers; nothing if it does not know it."""
    types = [*(["address"] if address else []), *(["bytes32"] if word else [])]
    data = abi.encode_words(function, types, *([address] if address else []), *([word] if word else []))
    try:
        node = chain(chain_id=chain_id, read_seconds=PATIENCE_SECONDS)
        return bytes.fromhex(node.call("eth_call", {"to": token, "data": data}, "latest")[2:])
    except Unavailable:
        raise
    except RpcError:
        return b""


def _text(answer: bytes) -> str:
    try:
        return str(decode(["string"], answer)[0])
    except (DecodingError, UnicodeDecodeError):
        return ""
