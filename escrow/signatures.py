"""Who signed? By the contract's own rules: ECDSA with 65 bytes and low s, for accounts with code also ERC-1271.

Sources: EIP-2 (low s), EIP-191, https://eips.ethereum.org/EIPS/eip-1271.
"""

import re

import coincurve
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from escrow import abi
from escrow.addresses import parse_address
from escrow.errors import RpcError, Unavailable
from escrow.rpc import PATIENCE_SECONDS, Chain, chain

# Half the order of secp256k1: for every signature (r, s) there is a twin (r, n - s), and only the lower one counts.
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HEX = re.compile(r"0x([0-9a-fA-F]{2})*")
_MAGIC = "0x1626ba7e"
# Enough for a Safe with several owners, too little to keep a node busy. A contract wallet's answer is asked within
# seconds, since a person waits for it.
_GAS = 500_000
LONGEST = 4096


class BadSignature(Exception):
    """The signature does not come from the account it is claimed for, or signs something else."""


def recover(digest: bytes, signature: str) -> str:
    """Return the address whose key signed `digest`. Raises `BadSignature` for any form but r ‖ s ‖ v (27 or 28)."""
    data = _read(signature)
    if len(data) != 65:
        raise BadSignature(f"A signature has 65 bytes, not {len(data)}.")
    r, s, v = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:64], "big"), data[64]
    if v not in {27, 28}:
        raise BadSignature(f"The last byte of a signature is 27 or 28, not {v}.")
    if not 0 < r < _ORDER or not 0 < s <= _HALF_ORDER:
        raise BadSignature("This signature is not in its one valid form (low s).")
    try:
        key = coincurve.PublicKey.from_signature_and_message(data[:64] + bytes([v - 27]), digest, hasher=None)
    except Exception as error:  # the library raises a bare Exception when no key fits
        raise BadSignature("No key can have made this signature.") from error
    return str(to_checksum_address(keccak(key.format(compressed=False)[1:])[-20:]))


def check(digest: bytes, signature: str, *, signer: str, chain_id: int | None = None, via: Chain | None = None) -> None:
    """Return if `signer` signed `digest`. The chain is asked only when the key does not fit: a contract may sign.

    `chain_id` is where the wallet would stand, by default the chain of new trades. Raises `BadSignature`; also when
    the chain cannot be asked, since then a contract wallet cannot be believed.
    """
    try:
        if recover(digest, signature) == parse_address(signer):
            return
        reason = BadSignature("This signature was made by another account, or signs something else.")
    except BadSignature as error:
        reason = error
    data = _read(signature)
    if len(data) > LONGEST:
        raise BadSignature("This signature is too long.")
    try:
        node = via or chain(chain_id=chain_id, read_seconds=PATIENCE_SECONDS)
        if not _ask_wallet(node, digest=digest, signature=data, signer=signer):
            raise reason
    except (Unavailable, LookupError) as error:
        raise BadSignature("The chain cannot be asked just now whether this signature counts.") from error


def _ask_wallet(node: Chain, *, digest: bytes, signature: bytes, signer: str) -> bool:
    """Return whether `signer` has code and that code accepts the signature (ERC-1271)."""
    if node.call("eth_getCode", signer, "latest") in {"0x", None}:
        return False
    data = abi.encode_words("isValidSignature", ("bytes32", "bytes"), digest, signature)
    try:
        answer = node.call("eth_call", {"to": signer, "data": data, "gas": hex(_GAS)}, "latest")
    except Unavailable:
        raise
    except RpcError:  # the wallet refused, ran out of gas or is no wallet
        return False
    return isinstance(answer, str) and len(answer) >= 66 and answer[:66] == _MAGIC + "0" * 56


def _read(signature: str) -> bytes:
    if not isinstance(signature, str) or not _HEX.fullmatch(signature):
        raise BadSignature("A signature is 0x-hex.")
    return bytes.fromhex(signature[2:])
