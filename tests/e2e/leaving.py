"""What is left of a Parley when every process of it is gone: a chain, and the files two traders saved in time."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from exchange.stack.anvil import DEV_KEY_0, Anvil
from exchange.stack.engine import RunningEngine
from exchange.stack.ports import choose_port
from exchange.stack.rpc import call_node
from tests.e2e.browser import Person, Visitor
from tests.e2e.running import Running
from tests.e2e.trader import Trader

# What a wallet extension puts into a page: here its accounts and its signing are Anvil's.
WALLET = """
window.ethereum = {
  async request({ method, params }) {
    if (method === "eth_requestAccounts" || method === "eth_accounts") return ["%(account)s"];
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: params ?? [] });
    const answer = await (await fetch("%(rpc)s", {
      method: "POST", headers: { "content-type": "application/json" }, body,
    })).json();
    if (answer.error) throw answer.error;
    return answer.result;
  },
};
"""


@dataclass
class Gone:
    """What is left of a Parley: a chain, and what the two saved in time."""

    rpc: str
    folder: Path
    addresses: dict[str, str]
    trades: dict[str, str]

    def file(self, name: str, trade: str) -> Path:
        """The exit file that `name` saved."""
        return self.folder / f"{name}-{trade}.html"

    def kit(self, name: str, trade: str) -> dict[str, Any]:
        """The kit inside it."""
        text = self.file(name, trade).read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text.split('id="kit">')[1].split("</script>")[0])
        return found


@contextmanager
def leave_only_the_chain(folder: Path, browser: Browser) -> Iterator[Gone]:
    """Two funded trades and their files; then `kill -9` for everything but the chain."""
    chain = RunningEngine(Anvil(folder=folder / "anvil", log=folder / "anvil.log", port=choose_port(), durable=False))
    call_node(chain.engine.url, "anvil_mine", "0x1")
    settings = {"CHAIN_RPC_URLS": chain.engine.url, "CHAIN_ID": "31337", "DEMO": "1", "DEMO_TRADES": "0"}
    settings |= {"KEEPER_KEY": DEV_KEY_0, "CONFIRMATIONS": "1", "PUBLIC_RPC_URL": ""}
    running = Running(folder / "home", migrated=True, **settings)
    try:
        running.start()
        traders = {"sara": Trader(running.url, index=1), "ben": Trader(running.url, index=2)}
        trades = {
            "unpaid": lock(traders, payment_window=1800),
            "paid": lock(traders, payment_window=48 * 3600),
        }
        left = Gone(chain.engine.url, folder, {name: one.address for name, one in traders.items()}, trades)
        for name in traders:
            save_files(left, browser, running.url, name)
        kill_all(running)
        yield left
    finally:
        running.stop()
        chain.kill()


def lock(traders: dict[str, Trader], *, payment_window: int) -> str:
    sara, ben = traders["sara"], traders["ben"]
    trade = ben.take(sara.offer(payment_window=payment_window))
    sara.fund(trade["id"])
    sara.wait_for(trade["id"], "funded")
    return str(trade["id"])


def save_files(left: Gone, browser: Browser, url: str, name: str) -> None:
    person = Person(browser, url, name)
    person.sign_in()
    for trade, code in left.trades.items():
        person.go(f"/trades/{code}")
        person.page.get_by_role("link", name="Get my coins without this site").click()
        with person.page.expect_download() as saving:
            person.page.get_by_role("link", name="Save the exit file").click()
        saving.value.save_as(left.file(name, trade))
    assert person.trouble == []
    person.close()


def kill_all(running: Running) -> None:
    """End every process of this Parley as a power cut would, and see that none answers any more."""
    assert running._process is not None
    pids = [json.loads(note.read_text())["pid"] for note in (running.home / "pids").glob("*.json")]
    assert len(pids) > 5
    running._process.kill()
    running._process.wait()
    for pid in pids:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url, timeout=5)


class Leaver(Visitor):
    """Someone with an exit file, a wallet, and nothing else. `asked` is every address the page reached for."""

    def __init__(self, browser: Browser, left: Gone, file: Path, *, account: str = "", width: int = 1280) -> None:
        super().__init__(browser, file.as_uri(), width=width)
        self.rpc = left.rpc
        self.asked: set[str] = set()
        self.page.on("request", lambda request: self.asked.add(request.url.rstrip("/")))
        if account:
            self.page.add_init_script(WALLET % {"account": account, "rpc": left.rpc})
        self.page.goto(self.url)

    def read_chain(self) -> None:
        """Name the node and read."""
        self.page.fill("#rpc", self.rpc)
        self.page.get_by_role("button", name="Read the chain").click()
        self.page.wait_for_selector("#state-card:not([hidden])")

    def connect(self) -> None:
        """Connect the wallet."""
        self.page.get_by_role("button", name="Connect").click()

    def do(self, act: str) -> None:
        """Press what is open, and wait until it is in a block."""
        self.page.locator(f"[data-act={act}] .exit-send .button").click()
        expect(self.page.locator("#sent")).to_contain_text("Done", timeout=30_000)

    def open_ways(self) -> set[str]:
        """What the page lets this person do."""
        ways = self.page.locator("[data-open=true]").all()
        return {str(way.get_attribute("data-act")) for way in ways}

    def leave(self) -> None:
        """Nothing was refused by the page's policy, and nobody but the node was asked."""
        assert self.trouble == []
        assert self.asked <= {self.url, self.rpc}, self.asked
        self.close()


@contextmanager
def foreign_chain(folder: Path) -> Iterator[str]:
    """A node of another chain."""
    engine = RunningEngine(
        Anvil(folder=folder / "other", log=folder / "other.log", port=choose_port(), durable=False, chain_id=900)
    )
    try:
        yield engine.engine.url
    finally:
        engine.kill()
