"""Which nonce comes next: the lowest that neither the chain nor any transaction of ours has used.

Nothing is counted up and so nothing can drift: a number left unused fills itself, one that was ever signed for is never
given to another call.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from eth_utils.address import to_checksum_address

from escrow.models import Attempt
from escrow.rpc import Chain

if TYPE_CHECKING:
    from escrow.rpc import BlockIdentifier


def transaction_count(chain: Chain, *, address: str, block: str = "latest") -> int:
    """Return how many transactions of `address` are mined. Raises `Unavailable`."""
    account, at = to_checksum_address(address), cast("BlockIdentifier", block)
    return chain.ask(lambda node: int(node.web3().eth.get_transaction_count(account, at)))


def next_nonce(*, mined: int, signed: Collection[int]) -> int:
    """Return the first number from `mined` on that is not in `signed`."""
    nonce = mined
    while nonce in signed:
        nonce += 1
    return nonce


def signed_nonces(*, chain_id: int, sender: str, from_nonce: int) -> set[int]:
    """Return the nonces from `from_nonce` on that transactions of ours carry, sent or not."""
    rows = Attempt.objects.filter(chain_id=chain_id, sender=sender, nonce__gte=from_nonce)
    return set(rows.values_list("nonce", flat=True))
