"""A Safe as arbiter: who may sign for it, what each of them signs, and how their signatures become one.

A Safe answers ERC-1271 for a digest when enough of its owners have each signed the EIP-712 message `SafeMessage` that
holds the digest; the escrow contract asks it like any contract wallet. Sources: Safe 1.3.0 to 1.5.0,
`CompatibilityFallbackHandler.isValidSignature` and `Safe.checkSignatures`; https://eips.ethereum.org/EIPS/eip-1271.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.crypto import keccak

from escrow.addresses import parse_address
from escrow.errors import RpcError, Unavailable
from escrow.rpc import PATIENCE_SECONDS, chain
from escrow.typed_data import TypedData, domain_members

# A contract that lists more than this is no panel of ours, whatever it says.
_MOST_OWNERS = 50


class NotASafe(Exception):
    """There is no Safe at this address, or the chain cannot be asked; the message says which."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who may sign for a Safe, and how many of them must."""

    addresses: frozenset[str]
    needed: int


def owners(safe: str, *, chain_id: int) -> Owners:
    """Ask the chain who owns `safe`, within seconds. Raises `NotASafe`."""
    node = chain(chain_id=chain_id, read_seconds=PATIENCE_SECONDS)
    try:
        needed = int(_word(node.call("eth_call", {"to": safe, "data": _selector("getThreshold()")}, "latest"), 0), 16)
        listed = node.call("eth_call", {"to": safe, "data": _selector("getOwners()")}, "latest")
        count = int(_word(listed, 1), 16)
        if not 0 < needed <= count <= _MOST_OWNERS:
            raise NotASafe(f"The contract {safe} does not answer as a Safe does.")
        found = frozenset(parse_address("0x" + _word(listed, 2 + place)[24:]) for place in range(count))
    except Unavailable as error:
        raise NotASafe("The chain cannot be asked just now who sits on this panel.") from error
    except (RpcError, ValueError) as error:
        raise NotASafe(f"There is no Safe at {safe} on this chain.") from error
    return Owners(addresses=found, needed=needed)


def message_to_sign(digest: bytes, *, safe: str, chain_id: int) -> TypedData:
    """Return what an owner signs so that `safe` accepts `digest` (32 bytes): the complete typed-data object."""
    domain: dict[str, str | int] = {"chainId": chain_id, "verifyingContract": safe}
    return {
        "types": {"EIP712Domain": domain_members(domain), "SafeMessage": [{"name": "message", "type": "bytes"}]},
        "primaryType": "SafeMessage",
        "domain": domain,
        "message": {"message": "0x" + digest.hex()},
    }


def join(signatures: Mapping[str, str]) -> str:
    """Return the signatures (address to 65 bytes of hex) as a Safe reads them: one after another, by rising address."""
    ordered = sorted(signatures, key=lambda address: int(address, 16))
    return "0x" + "".join(signatures[address].removeprefix("0x") for address in ordered)


def _selector(signature: str) -> str:
    return "0x" + keccak(text=signature)[:4].hex()


def _word(answer: object, place: int) -> str:
    """Return the 32-byte word at `place` as hex digits. Raises `ValueError` where there is none."""
    words = str(answer)[2 + 64 * place : 66 + 64 * place]
    if len(words) != 64:
        raise ValueError("the answer is too short")
    return words
