"""Price feeds on chain, in the form Chainlink gave them: `latestRoundData`, `decimals`. Reading only.

A feed may stand on another chain than our escrow; it is asked through the same guarded door as every node.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from functools import cache

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from escrow.addresses import parse_address
from escrow.errors import RpcError
from escrow.rpc import PATIENCE_SECONDS, Chain

MOST_DECIMALS = 36
_DIGITS = 90
# The selectors of `decimals()` and `latestRoundData()`, and what the latter returns: the round, the answer, when the
# round began, when it was updated, and in which round the answer was given.
_DECIMALS, _LATEST = "0x313ce567", "0xfeaf968c"
_ROUND = ("uint80", "int256", "uint256", "uint256", "uint80")


class FeedFailed(Exception):
    """A feed could not be read, or what it says cannot be a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRound:
    """The feed's newest answer, and when it was written."""

    price: Decimal
    updated_at: datetime


def read_feed(address: str, *, rpc_urls: Sequence[str], chain_id: int) -> FeedRound:
    """Return the newest answer of the feed at `address`. Raises `FeedFailed`."""
    try:
        feed = parse_address(address)
        asked = [("eth_call", ({"to": feed, "data": data}, "latest")) for data in (_DECIMALS, _LATEST)]
        decimals, latest = _chain(tuple(rpc_urls), chain_id).batch(asked)
        (places,) = decode(["uint8"], bytes.fromhex(decimals[2:]))
        told = decode(_ROUND, bytes.fromhex(latest[2:]))
    except RpcError as error:
        raise FeedFailed(f"{type(error).__name__}: {str(error)[:200]}") from error
    except (ValueError, TypeError, DecodingError) as error:
        raise FeedFailed(f"there is no feed at {address}") from error
    return _checked(told, decimals=places)


def _checked(told: Sequence[int], *, decimals: int) -> FeedRound:
    round_id, answer, _, updated_at, answered_in = told
    if answer <= 0:
        raise FeedFailed(f"its answer {answer} is no price")
    if decimals > MOST_DECIMALS:
        raise FeedFailed(f"it has {decimals} decimals")
    if not 0 < updated_at < 2**40:
        raise FeedFailed("its round is not finished")
    if answered_in < round_id:
        raise FeedFailed("its answer is carried over from an earlier round")
    with localcontext() as context:
        context.prec = _DIGITS
        price = Decimal(answer).scaleb(-decimals)
    return FeedRound(price=price, updated_at=datetime.fromtimestamp(updated_at, UTC))


@cache
def _chain(rpc_urls: tuple[str, ...], chain_id: int) -> Chain:
    return Chain(rpc_urls, chain_id=chain_id, read_seconds=PATIENCE_SECONDS)
