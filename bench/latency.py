"""From a block to a browser: mined → rows committed and projected → hint at a socket client, on the newest block.

ours: the node's push wakes the indexer's own step, the product projects, a hint goes through Redis and a real socket
server to a waiting client. limit: the same push, one `eth_getLogs`, and its bytes down a plain WebSocket: no rows, no
order, no mirror, nobody kept out. Times are from the moment the transaction is handed to the node.
"""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from bench._chain import Crowd, gather, roomy_anvil
from bench._figure import ROUNDS, percentile, progress, report
from bench._stage import stage
from exchange.stack.ports import choose_port

BLOCKS = 40
ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def socket_server(port: int) -> Generator[None]:
    """Run the product's socket server until the block ends."""
    argv = [sys.executable, "-W", "ignore", "-m", "uvicorn", "exchange.asgi:application", "--host", "127.0.0.1"]
    argv += ["--port", str(port), "--ws", "exchange.realtime.wire:Wire", "--ws-per-message-deflate", "false"]
    server = subprocess.Popen(argv, env=dict(os.environ), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        server.terminate()
        server.wait(20)


def time_blocks(crowd: Crowd, *, heard: Callable[[], None]) -> list[float]:
    """Return milliseconds from each of `BLOCKS` transactions to the moment the client heard of its block."""
    figures = []
    for _ in range(BLOCKS):
        started = time.perf_counter()
        crowd.send(1)
        heard()
        figures.append((time.perf_counter() - started) * 1000)
    return figures


def main() -> None:
    """Measure both sides in turns on one chain."""
    port = choose_port()
    with roomy_anvil() as anvil, stage(chain_url=anvil.engine.url, site_url=f"http://127.0.0.1:{port}"):
        from bench import _pushes

        crowd = gather(anvil.engine.url)
        crowd.trade(5)
        url = anvil.engine.url
        with socket_server(port), _pushes.Ours(url, port=port) as ours, _pushes.Raw(url) as raw:
            sides: dict[str, _pushes.Ours | _pushes.Raw] = {"limit": raw, "ours": ours}
            gc.freeze()  # as `runindexer` does before it begins; here it spares both sides
            rounds: dict[str, list[list[float]]] = {name: [] for name in sides}
            for number in range(ROUNDS + 1):
                for name, side in sides.items():
                    with side.listening():
                        figures = time_blocks(crowd, heard=side.heard)
                    if number:
                        rounds[name].append(figures)
                progress(f"round {number} of {ROUNDS}")
    told = ", the ".join(f"{name} took {percentile(one, 0.5):.1f} ms" for name, one in ours.spent.items())
    for case, share in (("p50", 0.5), ("p99", 0.99)):
        report(
            "latency",
            case=case,
            unit="ms",
            ours=[percentile(one, share) for one in rounds["ours"]],
            limit=[percentile(one, share) for one in rounds["limit"]],
            goal=1.5,
            better="lower",
            lost=0,  # a block that is not heard of stops the run
            packages=("websockets", "psycopg", "uvicorn"),
            detail=f"{BLOCKS} blocks a round, three events each; of ours the {told}; the rest is the node's own work, "
            "Redis and the socket server",
        )


if __name__ == "__main__":
    main()
