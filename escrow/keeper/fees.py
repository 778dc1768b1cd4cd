"""What to offer for gas (EIP-1559), and how much more for a transaction that is stuck. All in wei per gas."""

from dataclasses import dataclass

from django.conf import settings

from escrow.errors import RpcError, Unavailable
from escrow.rpc import Chain, Node

GWEI = 10**9
# Nodes take a replacement only if both fees are at least a tenth higher; an eighth is what wallets use.
BUMP_NUMERATOR, BUMP_DENOMINATOR = 9, 8


@dataclass(frozen=True, slots=True)
class Fees:
    """The most to pay in all, and the part of it that goes to the block's producer."""

    max_fee: int
    tip: int


def suggest(chain: Chain) -> Fees:
    """Return fees that stay good while the base fee doubles. Raises `Unavailable`."""
    return chain.ask(_suggest)


def _suggest(node: Node) -> Fees:
    eth = node.web3().eth
    base = eth.get_block("latest").get("baseFeePerGas")
    if base is None:
        raise Unavailable(f"{node.label} tells no base fee")
    try:
        tip = int(eth.max_priority_fee)
    except Unavailable:
        raise
    except RpcError:  # an optional method
        tip = GWEI
    return Fees(max_fee=2 * base + tip, tip=tip)


def raise_fees(previous: Fees, *, suggestion: Fees) -> Fees:
    """Return fees high enough to replace a transaction sent with `previous`, and for today's base fee."""
    return Fees(
        max_fee=max(suggestion.max_fee, _an_eighth_more(previous.max_fee)),
        tip=max(suggestion.tip, _an_eighth_more(previous.tip)),
    )


def highest_fee() -> int:
    """Return what is never exceeded: then waiting is better than paying."""
    return settings.KEEPER_MAX_FEE_GWEI * GWEI


def _an_eighth_more(fee: int) -> int:
    return -(-fee * BUMP_NUMERATOR // BUMP_DENOMINATOR) + 1
