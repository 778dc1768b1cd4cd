"""What to offer for gas (EIP-1559), and how much more for a transaction that is stuck. All in wei per gas."""

from dataclasses import dataclass

from django.conf import settings

from escrow.errors import RpcError, Unavailable
from escrow.rpc import Chain, Node

GWEI = 10**9
# Nodes take a replacement only if both fees are at least a tenth higher; an eighth is what wallets use.
BUMP_NUMERATOR, BUMP_DENOMINATOR = 9, 8
# A tip above this and above the base fee is a node's mistake: no block producer asks for it.
HIGHEST_TIP = 5 * GWEI


@dataclass(frozen=True, slots=True)
class Fees:
    """The most to pay in all, and the part of it that goes to the block's producer."""

    max_fee: int
    tip: int


class TooDear(Exception):
    """Gas costs more than `KEEPER_MAX_FEE_GWEI`: waiting is better than paying."""


def suggest(chain: Chain) -> Fees:
    """Return fees that stay good while the base fee doubles, as far as the highest fee allows.

    Raises `Unavailable`, or `TooDear` when the next block would not take even the highest fee.
    """
    base, tip = chain.ask(_read)
    return offer(base=base, tip=tip, most=highest_fee())


def offer(*, base: int, tip: int, most: int) -> Fees:
    """Return what to offer when blocks ask `base` and their producers `tip`, never above `most`. Raises `TooDear`."""
    tip = min(tip, max(HIGHEST_TIP, base))
    # The base fee rises by an eighth a block at most: with less than that to spare, the offer is too late at once.
    needed = base + base // 8 + tip
    if needed > most:
        raise TooDear
    return Fees(max_fee=min(2 * base + tip, most), tip=tip)


def _read(node: Node) -> tuple[int, int]:
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
    return int(base), tip


def raise_fees(previous: Fees, *, suggestion: Fees) -> Fees:
    """Return fees high enough to replace a transaction sent with `previous`, and for today's base fee.

    Raises `TooDear` when that is above the highest fee: the transaction stays as it is.
    """
    raised = Fees(
        max_fee=max(suggestion.max_fee, _an_eighth_more(previous.max_fee)),
        tip=max(suggestion.tip, _an_eighth_more(previous.tip)),
    )
    if raised.max_fee > highest_fee():
        raise TooDear
    return raised


def highest_fee() -> int:
    """Return what is never exceeded."""
    return settings.KEEPER_MAX_FEE_GWEI * GWEI


def _an_eighth_more(fee: int) -> int:
    return -(-fee * BUMP_NUMERATOR // BUMP_DENOMINATOR) + 1
