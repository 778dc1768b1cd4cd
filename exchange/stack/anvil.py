"""The local chain: Anvil from npm, chain id 31337, its blocks kept over restarts, its clock that of the wall.

A restarted Anvil needs two corrections: a fixed genesis timestamp, else the genesis block gets another hash; and its
clock set before the first block is mined, else it counts on from the genesis timestamp and blocks go back in time.
"""

import json
import os
import platform
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from exchange.stack.command import Command
from exchange.stack.errors import StackError
from exchange.stack.home import CHECKOUT
from exchange.stack.ports import LOOPBACK
from exchange.stack.rpc import NodeError, call_node

CHAIN_ID = 31337
# Seconds the genesis block lies in the past, so that the demo can have a history on chain.
HISTORY = 40 * 86_400
# Published with every Ethereum development node; worth nothing anywhere else.
MNEMONIC = "test test test test test test test test test test test junk"
DEV_KEY_0 = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


def find_anvil() -> Path:
    """Return Anvil's binary for this machine. Raises `StackError` if npm did not install it."""
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    binary = CHECKOUT / "node_modules" / "@foundry-rs" / f"anvil-{system}-{processor}" / "bin" / "anvil"
    if not binary.is_file():
        raise StackError(
            f"Anvil, the local chain, is not installed for {system}-{processor}; run `make setup`, "
            "or set CHAIN_RPC_URLS to a node of your own."
        )
    return binary


@dataclass(frozen=True, kw_only=True)
class Anvil:
    """A chain on `port`; with `durable` its state lives in `folder`, else in memory only."""

    folder: Path
    log: Path
    port: int
    durable: bool = True
    chain_id: int = CHAIN_ID

    def prepare(self) -> None:
        """Choose the genesis time once, and fall back to the last good state if a crash cut the file off."""
        self.folder.mkdir(parents=True, exist_ok=True)
        genesis = self.folder / "genesis_time"
        if not genesis.exists():
            genesis.write_text(str(int(time.time()) - HISTORY), encoding="ascii")
        state, good = self.folder / "state.json", self.folder / "state.good.json"
        if not state.exists():
            return
        if _is_whole(state):
            shutil.copyfile(state, good)
        elif good.exists():
            shutil.copyfile(good, state)
        else:
            raise StackError(f"The chain's state file {state} is damaged; run `make reset` to start over.")

    def command(self) -> Command:
        """Return the node's command line. It mines nothing until `settle` has put its clock right."""
        argv = [str(find_anvil()), "--quiet", "--no-mining", "--host", LOOPBACK, "--port", str(self.port)]
        argv += ["--chain-id", str(self.chain_id), "--mnemonic", MNEMONIC, "--cache-path", str(self.folder / "cache")]
        if self.durable:
            genesis = (self.folder / "genesis_time").read_text(encoding="ascii")
            argv += ["--timestamp", genesis, "--state", str(self.folder / "state.json"), "--state-interval", "2"]
        environment = {"HOME": str(self.folder), "PATH": os.environ.get("PATH", "")}
        return Command(name="anvil", argv=tuple(argv), environment=environment, folder=self.folder, log=self.log)

    def is_ready(self) -> bool:
        """Return whether it answers."""
        try:
            return bool(call_node(self.url, "eth_chainId", timeout=1) == hex(self.chain_id))
        except NodeError:
            return False

    def settle(self) -> None:
        """Set the clock to now, or to the newest block if a demo skipped ahead, then mine on every transaction."""
        newest = int(call_node(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        call_node(self.url, "evm_setTime", max(int(time.time()), newest))
        call_node(self.url, "evm_setAutomine", True)

    def keep_good_state(self) -> None:
        """Copy the state file aside if it is whole: Anvil rewrites it in place, so a kill may cut it off."""
        state, good = self.folder / "state.json", self.folder / "state.good.json"
        if not state.exists() or (good.exists() and good.stat().st_mtime >= state.stat().st_mtime):
            return
        fresh = self.folder / "state.fresh.json"
        shutil.copyfile(state, fresh)
        if _is_whole(fresh):
            fresh.replace(good)

    @property
    def url(self) -> str:
        """One value of CHAIN_RPC_URLS."""
        return f"http://{LOOPBACK}:{self.port}"


def _is_whole(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True
