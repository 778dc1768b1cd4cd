"""`sockets`: what 10,000 idle sockets cost in memory beside raw websockets, and how soon all are back after a crash.

`SOCKETS=2000` makes it smaller.
"""

import asyncio
import os
import random
import time

import orjson
import uvloop

from bench._arena import Server, arena, our_server, raw_server
from bench._figure import ROUNDS, progress, report, take_turns
from bench._lean import Lean, connect

COUNT = int(os.environ.get("SOCKETS", "10000"))
TOPIC = "book:ETH/EUR"
# Memory above the peer's that a socket of ours may cost, and the time in which all must be back.
MOST_KIB, MOST_SECONDS = 25.0, 10.0
AT_ONCE = 200
PACKAGES = ("websockets", "uvloop", "uvicorn")


async def join(url: str, *, is_raw: bool) -> Lean:
    """Open one socket and follow something; returns once the server has said so."""
    greeted = asyncio.get_running_loop().create_future()

    def hear(_: Lean, payload: bytes) -> None:
        if (payload == b"in" or payload.startswith(b'{"t":"beat"')) and not greeted.done():
            greeted.set_result(None)

    line = await connect(url, hear, Origin=os.environ["SITE_URL"])
    line.send(b"book" if is_raw else orjson.dumps({"t": "sub", "topics": [TOPIC]}))
    await asyncio.wait_for(greeted, 60)
    return line


async def fill(url: str, *, is_raw: bool) -> list[Lean]:
    """Open them all."""
    lines: list[Lean] = []
    while len(lines) < COUNT:
        some = min(AT_ONCE, COUNT - len(lines))
        lines += await asyncio.gather(*(join(url, is_raw=is_raw) for _ in range(some)))
    return lines


class Bench:
    """Starts a fresh server for every figure."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    def memory(self, server: Server, *, is_raw: bool) -> float:
        """KiB of memory that one idle socket costs."""
        with server:
            self.loop.run_until_complete(asyncio.sleep(1))
            before = server.resident
            lines = self.loop.run_until_complete(fill(server.url, is_raw=is_raw))
            self.loop.run_until_complete(asyncio.sleep(6))  # a heartbeat goes by
            cost = (server.resident - before) / COUNT / 1024
            assert not any(line.lost for line in lines), "a line was lost"
            for line in lines:
                line.close()
        return cost

    def back(self, server: Server) -> float:
        """Seconds from the restarted server's first answer until everybody is back and follows again."""
        with server:
            self.loop.run_until_complete(fill(server.url, is_raw=False))
            server.kill()
            server.start()
            started = time.perf_counter()
            lines = self.loop.run_until_complete(self._return(server.url))
            took = time.perf_counter() - started
            for line in lines:
                line.close()
        return took

    async def _return(self, url: str) -> list[Lean]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def again() -> Lean:
            # As browsers do: half fixed, half random, so that not everybody comes in one instant.
            await asyncio.sleep(0.5 + random.random() / 2)
            async with gate:
                return await join(url, is_raw=False)

        return list(await asyncio.gather(*(again() for _ in range(COUNT))))


def main() -> None:
    """Measure and print."""
    with arena():
        from tests.builders import catalog

        catalog()
        loop = uvloop.new_event_loop()
        asyncio.set_event_loop(loop)
        bench, our, peer = Bench(loop), our_server(), raw_server()
        progress(f"sockets: memory of {COUNT}")
        figures = take_turns(
            {"ours": lambda: bench.memory(our, is_raw=False), "raw": lambda: bench.memory(peer, is_raw=True)}
        )
        report(
            "sockets",
            case="memory",
            unit="KiB above raw a socket",
            ours=[mine - theirs for mine, theirs in zip(figures["ours"], figures["raw"], strict=True)],
            limit=[MOST_KIB] * ROUNDS,
            peer=figures["raw"],
            goal=1.0,
            better="lower",
            packages=PACKAGES,
            detail=f"{COUNT} idle sockets that follow one topic; resident memory of the process; the peer is raw "
            "websockets' own cost of a socket, the limit the difference allowed",
        )
        progress(f"sockets: {COUNT} back after a crash")
        times = take_turns({"back": lambda: bench.back(our)})["back"]
        report(
            "sockets",
            case="back",
            unit="s",
            ours=times,
            limit=[MOST_SECONDS] * ROUNDS,
            goal=1.0,
            better="lower",
            packages=PACKAGES,
            detail=f"{COUNT} sockets after kill -9 and restart, each waiting 0.5 to 1 s first; handshakes dominate",
        )


if __name__ == "__main__":
    main()
