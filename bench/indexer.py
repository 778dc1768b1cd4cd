"""Backfill: how many escrow events a second get from a node into our tables, headers, order and mirror included.

The chain is a real Anvil with real trades: 20,000 events in every tenth block, then 200,000 in full blocks.
limit: the same `eth_getLogs` requests and orjson, nothing done with the answer.
peer: web3.py's idiom (`get_logs`, `process_log`, insert what is not there), on the first events only: it has a rate.
"""

import gc
import os
import statistics
import time
from dataclasses import dataclass

import orjson

from bench._chain import EVENTS_OF_A_TRADE, ROOT, Crowd, gather, roomy_anvil
from bench._figure import progress, report, take_turns
from bench._stage import stage

SPARSE_EVENTS, SPARSE_BLOCKS, DENSE_EVENTS, A_BLOCK = 20_000, 10, 200_000, 150
# Logs in one request of the limit, about as many as our own requests settle at.
AT_ONCE = 10_000
PEER_EVENTS = 600
KEPT = ROOT / ".make" / "crowd" / f"chain-{SPARSE_EVENTS}-{DENSE_EVENTS}.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the chain."""

    name: str
    start: int
    end: int
    events: int
    blocks_at_once: int
    goal: float


def build(crowd: Crowd) -> list[Part]:
    """Let the crowd fill the chain."""
    start = crowd.height() + 1
    few = 7
    blocks = -(-SPARSE_EVENTS // (few * EVENTS_OF_A_TRADE))
    for _ in range(blocks):
        crowd.trade(few)
        crowd.rest(SPARSE_BLOCKS - 1)
    end = crowd.height()
    sparse_at_once = AT_ONCE // (few * EVENTS_OF_A_TRADE) * SPARSE_BLOCKS
    sparse = Part("sparse", start, end, blocks * few * EVENTS_OF_A_TRADE, sparse_at_once, 0.40)
    full = -(-DENSE_EVENTS // (A_BLOCK * EVENTS_OF_A_TRADE))
    for _ in range(full):
        crowd.trade(A_BLOCK)
    dense_at_once = AT_ONCE // (A_BLOCK * EVENTS_OF_A_TRADE)
    dense = Part("dense", end + 1, crowd.height(), full * A_BLOCK * EVENTS_OF_A_TRADE, dense_at_once, 0.70)
    return [sparse, dense]


def measure(part: Part, *, url: str) -> None:
    """Print one case: ours with the mirror, ours without it in `detail`, the limit and the idiom."""
    from bench import _backfill

    bare = "ours without mirror"
    figures = take_turns(
        {
            "limit": lambda: _backfill.limit(
                url, start=part.start, end=part.end, events=part.events, at_once=part.blocks_at_once
            ),
            "ours": lambda: _backfill.ours(url, start=part.start, end=part.end, events=part.events),
            bare: lambda: _backfill.ours(url, start=part.start, end=part.end, events=part.events, with_mirror=False),
            "peer": lambda: _backfill.idiom(
                url, start=part.start, end=part.end, at_once=part.blocks_at_once, most=PEER_EVENTS
            ),
        }
    )
    ours, without = statistics.median(figures["ours"]), statistics.median(figures[bare])
    times = ours / statistics.median(figures["peer"])
    report(
        "indexer",
        case=part.name,
        unit="events/s",
        ours=figures["ours"],
        limit=figures["limit"],
        peer=figures["peer"],
        goal=part.goal,
        better="higher",
        lost=0,  # a run that stored another number of rows than the chain has raises
        packages=("web3", "orjson", "psycopg"),
        detail=f"{part.events} events in {part.end - part.start + 1} blocks; {times:.0f} times the idiom (goal 15); "
        f"without mirror and credits {without:.0f}/s; us of CPU an event: ours {_told('ours')}, without mirror "
        f"{_told('bare')}, limit {_told('limit')}; of ours {_largest('ours')} dominates; on {os.cpu_count()} cores no "
        f"overlap gets below {sum(_backfill.CPU['ours'].values()) / (os.cpu_count() or 1):.1f} us an event",
    )


def _told(side: str) -> str:
    from bench import _backfill

    return " + ".join(f"{name} {spent:.1f}" for name, spent in _backfill.CPU[side].items())


def _largest(side: str) -> str:
    from bench import _backfill

    return max(_backfill.CPU[side], key=_backfill.CPU[side].__getitem__)


def prepare() -> list[Part]:
    """Return the stretches of the kept chain, after building it if this checkout has none yet (some minutes)."""
    layout = KEPT.with_suffix(".parts")
    if not layout.exists():
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        KEPT.unlink(missing_ok=True)
        started = time.monotonic()
        with roomy_anvil(kept=KEPT) as anvil:
            parts = build(gather(anvil.engine.url))
            anvil.stop(within=600)
        layout.write_bytes(orjson.dumps(parts))
        progress(f"the chain was built in {time.monotonic() - started:.0f} s")
    return [Part(**part) for part in orjson.loads(layout.read_bytes())]


def main() -> None:
    """Measure both parts of the chain."""
    # Each side is told its node by address; the settings need none.
    with stage(chain_url="http://127.0.0.1:1") as postgres:
        from bench import _backfill

        parts = prepare()
        with roomy_anvil(kept=KEPT) as anvil:
            _backfill.ENGINES.update(node=anvil.pid or 0, PostgreSQL=postgres.pid or 0)
            gc.freeze()  # as `runindexer` does before it begins; here it spares both sides
            for part in parts:
                measure(part, url=anvil.engine.url)


if __name__ == "__main__":
    main()
