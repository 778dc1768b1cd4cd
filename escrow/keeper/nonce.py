"""Which nonce comes next: the lowest that neither the chain nor any intent of ours has.

Nothing is counted up and so nothing can drift: a number left unused is the next to be given.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from eth_utils.address import to_checksum_address

from escrow.models import Intent
from escrow.rpc import Chain

if TYPE_CHECKING:
    from escrow.rpc import BlockIdentifier


def transaction_count(chain: Chain, *, address: str, block: str = "latest") -> int:
    """Return how many transactions of `address` are mined. Raises `Unavailable`."""
    account, at = to_checksum_address(address), cast("BlockIdentifier", block)
    return chain.ask(lambda node: int(node.web3().eth.get_transaction_count(account, at)))


def next_nonce(*, mined: int, held: Collection[int]) -> int:
    """Return the first number from `mined` on that is not in `held`."""
    nonce = mined
    while nonce in held:
        nonce += 1
    return nonce


def held_nonces(*, chain_id: int, sender: str, from_nonce: int) -> set[int]:
    """Return the nonces from `from_nonce` on that intents of ours hold.

    A number whose intent moved on to another is free again: its old transaction is harmless, since a call is worth
    nothing the second time, and whatever takes the number replaces it.
    """
    rows = Intent.objects.filter(chain_id=chain_id, sender=sender, nonce__gte=from_nonce)
    return {nonce for nonce in rows.values_list("nonce", flat=True) if nonce is not None}


def find_gap(*, mined: int, held: Collection[int]) -> int | None:
    """Return the lowest number nobody holds below one that is held: nothing above it can ever be mined."""
    nonce = next_nonce(mined=mined, held=held)
    return nonce if any(one > nonce for one in held) else None
