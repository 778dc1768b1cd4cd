"""Trying a call without sending it: a revert becomes a clear answer to the user and costs nothing."""

from typing import Any

from escrow.calls import Call
from escrow.errors import Reverted, RpcError, Unavailable
from escrow.keeper.policy import GAS_LIMIT
from escrow.models import KeeperState
from escrow.rpc import Chain, Node
from escrow.terms import ZERO


def simulate(call: Call, *, via: Chain) -> None:
    """Return if the chain, as the next block would find it, accepts `call`. Raises `Reverted` or `Unavailable`."""
    sender = KeeperState.objects.filter(chain_id=call.chain_id).values_list("address", flat=True).first()
    request = {"from": sender or ZERO, "to": call.to, "data": call.data, "gas": hex(GAS_LIMIT)}
    via.ask(lambda node: _call(node, request))


def _call(node: Node, request: dict[str, Any]) -> None:
    try:
        # "pending" carries the next block's time: a deadline that has just passed is seen as passed.
        node.call("eth_call", request, "pending")
    except (Reverted, Unavailable):
        raise
    except RpcError:  # a node without a pending block
        node.call("eth_call", request, "latest")
