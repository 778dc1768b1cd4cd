"""The Python client against a running node: the example bot makes a market, Ben buys from it, the coins move."""

import asyncio
import contextlib
import os
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from parley_client import AsyncParley, LocalWallet, Parley, Problem, calls, flows
from parley_client.core import Call
from parley_client.socket import hints
from tests.builders import wallet
from tests.e2e.running import Running

# A loaded machine takes its time to start a whole stack.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CHECKOUT = Path(__file__).resolve().parents[2]


def local(index: int) -> LocalWallet:
    """Return a development wallet as a client holds it."""
    return LocalWallet("0x" + bytes(wallet(index).key).hex())


def test_the_example_bot_makes_a_market_and_completes_a_trade(node: Running) -> None:
    with started_bot(node) as lines:
        offer_id = match(lines, r"offer (\w+) at")
        done = asyncio.run(buy(node, offer_id))
        assert done["state"] == "released"
        assert match(lines, r"trade (\w+) released") == done["id"]
        assert int(done["to_buyer"]) > 0


async def buy(node: Running, offer_id: str) -> dict[str, object]:
    """Buy as Ben does, by the async client, with hints from the socket."""
    ben = local(2)
    async with AsyncParley(node.url) as parley:
        await parley.run(flows.sign_in(ben))
        offer = await parley.run(calls.offer(offer_id))
        trade = await parley.run(flows.take(ben, offer, amount_fiat="250.00"))
        assert trade["state"] == "agreed"
        heard: list[str] = []

        async def listen() -> None:
            async for hint in hints(parley, [f"trade:{trade['id']}"]):
                heard.extend([hint["t"]])

        listening = asyncio.create_task(listen())
        await parley.run(flows.wait_for(trade["id"], "funded", every=0.2, within=90))
        await parley.run(flows.act(ben, trade, "mark_paid"))
        done = await parley.run(flows.wait_for(trade["id"], "released", every=0.2, within=90))
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        assert {"ready", "trade"} <= set(heard)
        return dict(done)


def test_reading_and_refusals_of_a_node(node: Running) -> None:
    with Parley(node.url) as parley:
        info = parley.run(calls.info())
        assert info["chain_id"] == 31337
        with pytest.raises(Problem) as refused:
            parley.run(calls.me())
        assert (refused.value.status, refused.value.code) == (401, "not_signed_in")
        parley.run(flows.sign_in(local(7)))
        assert parley.run(calls.me())["address"] == local(7).address
        found = parley.run(calls.book(side="buy", asset="ETH", currency="EUR", amount_fiat="100"))
        assert found["items"]
        best = parley.run(flows.best_offer(side="buy", asset="ETH", currency="EUR", amount_fiat="100"))
        assert best["takeable"]
        assert parley.run(Call("GET", "/stats"))["escrow"] == info["escrow"]


def test_the_example_of_the_api_guide_runs_as_it_is_written(node: Running, tmp_path: Path) -> None:
    text = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(import httpx.*?)```", text, re.DOTALL)
    assert code is not None
    upto = code[1].partition("# … when GET")[0].replace("http://localhost:8000", node.url)
    key = "0x" + bytes(wallet(2).key).hex()
    script = tmp_path / "example.py"
    script.write_text(
        f"KEY = {key!r}\n{upto}\nprint(api.get('/trades/' + trade['id']).json()['state'])", encoding="utf-8"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "agreed", done.stdout + done.stderr


@contextlib.contextmanager
def started_bot(node: Running):  # type: ignore[no-untyped-def]
    """Run the example as its own process and yield a queue of what it prints."""
    environment = {
        **os.environ,
        "NODE": node.url,
        "MAKER_KEY": "0x" + bytes(wallet(1).key).hex(),
        "PYTHONPATH": str(CHECKOUT / "clients" / "python" / "src"),
    }
    process = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "clients" / "python" / "examples" / "market_maker.py"), "--paid"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.rstrip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield lines
    finally:
        process.terminate()
        process.wait(20)
        reader.join(10)
        assert process.stdout is not None
        process.stdout.close()


def match(lines: "queue.Queue[str]", pattern: str) -> str:
    """Return the first group of the next printed line that fits."""
    seen: list[str] = []
    while True:
        try:
            seen.append(lines.get(timeout=90))
        except queue.Empty:
            raise AssertionError(f"the bot did not say {pattern}: {seen}") from None
        if found := re.search(pattern, seen[-1]):
            return found[1]
