"""A price feed on Anvil: `contracts/test-support/Aggregator.sol`, built by the project's own compiler and deployed."""

import json
import subprocess
import time
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from escrow.rpc import Chain
from tests.rules.source import ROOT

CONTRACTS = ROOT / "contracts"
SOURCE = CONTRACTS / "test-support" / "Aggregator.sol"


@cache
def bytecode() -> str:
    """Return the creation code of the test feed."""
    asked = {
        "language": "Solidity",
        "sources": {"Aggregator.sol": {"content": SOURCE.read_text(encoding="utf-8")}},
        "settings": {"evmVersion": "cancun", "outputSelection": {"*": {"Aggregator": ["evm.bytecode.object"]}}},
    }
    done = subprocess.run(
        ["node", str(CONTRACTS / "solc"), "--standard-json"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert "contracts" in told, told.get("errors")
    return "0x" + str(told["contracts"]["Aggregator.sol"]["Aggregator"]["evm"]["bytecode"]["object"])


class Aggregator:
    """One deployed feed."""

    def __init__(self, chain: Chain, *, decimals: int) -> None:
        self._chain = chain
        self._sender = chain.call("eth_accounts")[0]
        self.address = str(self._send(bytecode() + encode(["uint8"], [decimals]).hex())["contractAddress"])

    def tell(self, answer: int, *, updated_at: int, round_id: int = 7, answered_in: int = 7) -> None:
        """Let it answer so from now on."""
        types = ["int256", "uint256", "uint80", "uint80"]
        call = keccak(text=f"tell({','.join(types)})")[:4] + encode(types, [answer, updated_at, round_id, answered_in])
        self._send("0x" + call.hex(), to=self.address)

    def _send(self, data: str, *, to: str | None = None) -> dict[str, Any]:
        """Send from Anvil's unlocked account and wait until it is mined."""
        asked = {"from": self._sender, "data": data} | ({"to": to} if to else {})
        sent = self._chain.call("eth_sendTransaction", asked)
        end = time.monotonic() + 60
        while (receipt := self._chain.call("eth_getTransactionReceipt", sent)) is None:
            assert time.monotonic() < end, "the node mined nothing"
            time.sleep(0.01)
        assert receipt["status"] == "0x1"
        mined: dict[str, Any] = receipt
        return mined
