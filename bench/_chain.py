"""A chain full of trades for the benches: a real Anvil, the real escrow, a crowd of contracts that trade in bulk."""

import json
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from escrow import abi, deploy, deployment
from escrow.rpc import Node
from exchange.stack.anvil import DEV_KEY_0, Anvil
from exchange.stack.command import Command
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import choose_port

ROOT = Path(__file__).resolve().parents[1]
FORGE = ROOT / "node_modules" / ".bin" / "forge"
CROWD = ROOT / "bench" / "crowd"
PEOPLE = 150
EVENTS_OF_A_TRADE = 3


@dataclass(frozen=True, kw_only=True)
class RoomyAnvil(Anvil):
    """Anvil with blocks as large as asked for and no states of the past; `kept` holds its chain between runs."""

    kept: Path | None = None

    def command(self) -> Command:
        """Return the node's command line."""
        plain = super().command()
        argv = (*plain.argv, "--disable-block-gas-limit", "--hardfork", "cancun", "--prune-history")
        if self.kept is not None:
            argv = (*argv, "--load-state" if self.kept.exists() else "--dump-state", str(self.kept))
        return replace(plain, argv=argv)


@contextmanager
def roomy_anvil(*, kept: Path | None = None) -> Generator[RunningEngine]:
    """Run an Anvil of our own until the block ends, on the chain in `kept` if there is one."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name:
        folder = Path(name)
        engine = RunningEngine(
            RoomyAnvil(folder=folder / "anvil", log=folder / "anvil.log", port=choose_port(), durable=False, kept=kept),
            within=600,  # a gigabyte of state takes its time to load
        )
        try:
            yield engine
        finally:
            engine.kill()


@dataclass
class Crowd:
    """The crowd on one chain; trades are numbered so that no two are alike."""

    node: Node
    sender: str
    address: str
    traded: int = 0

    def trade(self, count: int) -> None:
        """Mine one block in which `count` trades run from funding to release."""
        data = abi.encode_words(
            "trade", ("address", "uint256", "uint256"), deployment.contract_address(), self.traded, count
        )
        _mine(self.node, sender=self.sender, to=self.address, data=data, gas=200_000 + 600_000 * count)
        self.traded += count

    def send(self, count: int) -> None:
        """Hand in the transaction of `trade` and do not wait for it."""
        data = abi.encode_words(
            "trade", ("address", "uint256", "uint256"), deployment.contract_address(), self.traded, count
        )
        request = {"from": self.sender, "to": self.address, "data": data, "gas": hex(200_000 + 600_000 * count)}
        self.node.call("eth_sendTransaction", request)
        self.traded += count

    def rest(self, blocks: int) -> None:
        """Mine empty blocks."""
        self.node.call("anvil_mine", hex(blocks))

    def height(self) -> int:
        """Return the number of the newest block."""
        return int(self.node.call("eth_blockNumber"), 16)


def gather(url: str) -> Crowd:
    """Deploy escrow and crowd and give everyone some coins."""
    deploy.deploy_escrow(url, DEV_KEY_0)
    node = Node(url)
    sender = str(node.call("eth_accounts")[1])
    receipt = _mine(node, sender=sender, to=None, data=_bytecode(), gas=10_000_000)
    crowd = Crowd(node=node, sender=sender, address=str(receipt["contractAddress"]))
    _mine(
        node,
        sender=sender,
        to=crowd.address,
        data=abi.encode_words("gather", ("uint256",), PEOPLE),
        gas=200_000_000,
        value=PEOPLE * 10**18,
    )
    return crowd


def _bytecode() -> str:
    subprocess.run([FORGE, "build", "--quiet"], cwd=CROWD, check=True)
    built: dict[str, Any] = json.loads((ROOT / ".make/crowd/out/Crowd.sol/Crowd.json").read_text(encoding="utf-8"))
    return str(built["bytecode"]["object"])


def _mine(node: Node, *, sender: str, to: str | None, data: str, gas: int, value: int = 0) -> dict[str, Any]:
    request = {"from": sender, "data": data, "gas": hex(gas), "value": hex(value)} | ({"to": to} if to else {})
    tx_hash = node.call("eth_sendTransaction", request)
    for _ in range(20_000):
        receipt: dict[str, Any] | None = node.call("eth_getTransactionReceipt", tx_hash)
        if receipt is not None:
            if receipt["status"] != "0x1":
                raise RuntimeError("the crowd's transaction failed")
            return receipt
        time.sleep(0.002)
    raise RuntimeError("the crowd's transaction was not mined")
