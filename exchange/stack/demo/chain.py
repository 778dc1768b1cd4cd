"""The demo's hand on the local chain: its clock, and transactions of people whose keys we hold anyway."""

import time
from datetime import datetime

from escrow.calls import Call
from exchange.core import clock
from exchange.stack.rpc import call_node

PATIENCE = 2000
PLENTY = hex(10_000 * 10**18)


class DemoChain:
    """One Anvil at `url`."""

    def __init__(self, url: str) -> None:
        """Talk to the node at `url`; nothing is sent yet."""
        self.url = url

    def height(self) -> int:
        """Return the number of the newest block."""
        return int(call_node(self.url, "eth_blockNumber"), 16)

    def turn_clock(self, moment: datetime) -> None:
        """Let the next block carry `moment`; the chain's clock only moves forward of its newest block."""
        newest = int(call_node(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        call_node(self.url, "evm_setTime", max(clock.to_unix(moment), newest + 1))

    def mine(self, blocks: int) -> None:
        """Mine empty blocks, one second apart."""
        if blocks > 0:
            call_node(self.url, "anvil_mine", hex(blocks))

    def endow(self, address: str) -> None:
        """Give `address` play money, and let the node sign for it."""
        call_node(self.url, "anvil_setBalance", address, PLENTY)
        call_node(self.url, "anvil_impersonateAccount", address)

    def send(self, call: Call, *, by: str, at: datetime | None = None, gas: int = 500_000) -> str:
        """Mine `call` as a transaction of `by`, at that moment if one is given, and return its hash.

        Raises `NodeError` or `RuntimeError` when it reverts.
        """
        if at is not None:
            self.turn_clock(at)
        transaction = {"from": by, "to": call.to, "data": call.data, "value": hex(call.value), "gas": hex(gas)}
        # A call that would revert raises here, with the reason.
        call_node(self.url, "eth_call", transaction, "pending")
        tx_hash = str(call_node(self.url, "eth_sendTransaction", transaction))
        if int(self._receipt(tx_hash)["status"], 16) != 1:
            raise RuntimeError(f"the demo's transaction {tx_hash} to {call.to} reverted")
        return tx_hash

    def _receipt(self, tx_hash: str) -> dict[str, str]:
        """Return the receipt; the node answers with the hash a moment before the block is mined."""
        for _ in range(PATIENCE):
            receipt: dict[str, str] | None = call_node(self.url, "eth_getTransactionReceipt", tx_hash)
            if receipt is not None:
                return receipt
            time.sleep(0.005)
        raise RuntimeError(f"the demo's transaction {tx_hash} was not mined")
