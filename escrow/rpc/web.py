"""web3.py on top of a node: transactions, fees and contract calls; loaded when first used, it takes 0.8 s to import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escrow.rpc.node import Node

if TYPE_CHECKING:
    from hexbytes import HexBytes
    from web3 import Web3
    from web3.types import TxReceipt

RECEIPT_POLL_SECONDS = 0.05


def web3_through(node: Node) -> Web3:
    """Return web3.py with its contracts and formatters, our connections and our typed errors."""
    from web3 import Web3
    from web3.providers.base import JSONBaseProvider
    from web3.types import RPCEndpoint, RPCResponse

    class ThroughNode(JSONBaseProvider):
        """Hands web3's requests to `node`, whose errors are raised as they are."""

        def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
            return {"jsonrpc": "2.0", "id": 1, "result": node.call(method, *params)}

        def is_connected(self, show_traceback: bool = False) -> bool:  # noqa: ARG002 (the base class names it)
            return node.call("eth_chainId") is not None

    return Web3(ThroughNode())


def wait_for_receipt(w3: Web3, tx_hash: HexBytes, *, seconds: int) -> TxReceipt | None:
    """Return the receipt once the transaction is mined, None if it is not within `seconds`."""
    from web3.exceptions import TimeExhausted

    try:
        return w3.eth.wait_for_transaction_receipt(tx_hash, timeout=seconds, poll_latency=RECEIPT_POLL_SECONDS)
    except TimeExhausted:
        return None
