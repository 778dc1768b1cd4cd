"""What became of a transaction somebody's own wallet sent: waiting, mined, reverted, replaced, or dropped.

A wallet can replace a transaction by another with the same nonce, and a node may forget one that pays too little. The
nonce tells which: once the sender's next nonce is beyond it, this transaction can never be mined any more.
"""

from dataclasses import dataclass

from escrow.rpc import PATIENCE_SECONDS, chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """`state` is waiting, mined, reverted, replaced or unknown; `nonce` is known once a node has shown it."""

    state: str
    nonce: int | None


def fate_of(tx_hash: str, *, sender: str, nonce: int | None, chain_id: int) -> Fate:
    """Return what a node says of a transaction; `nonce` is what was known of it. Raises `Unavailable`."""
    node = chain(chain_id=chain_id, read_seconds=PATIENCE_SECONDS)
    receipt = node.call("eth_getTransactionReceipt", tx_hash)
    if receipt is not None:
        return Fate(state="mined" if int(receipt["status"], 16) else "reverted", nonce=nonce)
    found = node.call("eth_getTransactionByHash", tx_hash)
    if found is not None:
        return Fate(state="waiting", nonce=int(found["nonce"], 16))
    if nonce is not None and int(node.call("eth_getTransactionCount", sender, "latest"), 16) > nonce:
        # Asked in this order: a block between the two questions must not make a mined one look replaced.
        receipt = node.call("eth_getTransactionReceipt", tx_hash)
        if receipt is None:
            return Fate(state="replaced", nonce=nonce)
        return Fate(state="mined" if int(receipt["status"], 16) else "reverted", nonce=nonce)
    return Fate(state="unknown", nonce=nonce)
