"""`fanout`: one topic heard by 500 and by 5,000 sockets, ten hints a second, against raw websockets with pub/sub.

A figure is the 99th percentile, over all sockets and hints of a round, of the time from saying a hint to hearing it.
"""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
import redis
import uvloop

from bench._arena import arena, our_server, raw_server
from bench._figure import percentile, progress, report, take_turns
from bench._lean import Lean, connect

TOPIC = "book:ETH/EUR"
PER_SECOND, HINTS = 10, 20
SIZES = (500, 5000)
PACKAGES = ("websockets", "uvloop", "uvicorn", "redis")


class Crowd:
    """Everybody connected to one server."""

    def __init__(self, url: str, *, is_raw: bool) -> None:
        self.url, self.is_raw = url, is_raw
        self.lines: list[Lean] = []
        self.took: list[float] = []

    async def grow(self, size: int) -> None:
        """Connect more, until there are `size`."""
        while len(self.lines) < size:
            some = min(100, size - len(self.lines))
            self.lines += await asyncio.gather(*(self._join() for _ in range(some)))

    async def _join(self) -> Lean:
        greeted = asyncio.get_running_loop().create_future()

        def hear(line: Lean, payload: bytes) -> None:
            if (payload == b"in" or payload.startswith(b'{"t":"beat"')) and not greeted.done():
                greeted.set_result(None)
                line.hear = self._hear

        line = await connect(self.url, hear, Origin=os.environ["SITE_URL"])
        line.send(b"book" if self.is_raw else orjson.dumps({"t": "sub", "topics": [TOPIC]}))
        await asyncio.wait_for(greeted, 60)
        return line

    def _hear(self, _: Lean, payload: bytes) -> None:
        if b'"sent":' in payload:
            self.took.append((time.perf_counter_ns() - orjson.loads(payload)["sent"]) / 1e6)


class Bench:
    """Both crowds, and a publisher in this process for each."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ours: Crowd, raw: Crowd, redis_url: str) -> None:
        self.loop, self.crowds = loop, {"ours": ours, "raw": raw}
        self.redis = redis.Redis.from_url(redis_url)
        self.publisher = ThreadPoolExecutor(1)
        self.lost = {"ours": 0, "raw": 0}

    def p99(self, name: str) -> float:
        """Say ten hints a second to one crowd and return the 99th percentile of the time to each ear, ms."""
        return self.loop.run_until_complete(self._round(name))

    async def _round(self, name: str) -> float:
        from exchange.core.hints import hint

        crowd = self.crowds[name]
        crowd.took.clear()
        for number in range(HINTS):
            message = {"t": "book", "id": "ETH/EUR", "v": number, "sent": time.perf_counter_ns()}
            if name == "ours":
                # Hints leave from threads that have a database connection, as they do in production.
                await self.loop.run_in_executor(self.publisher, hint, TOPIC, message)
            else:
                self.redis.publish("room.book", bytes(8) + orjson.dumps(message))
            await asyncio.sleep(1 / PER_SECOND)
        wanted = HINTS * len(crowd.lines)
        for _ in range(100):
            if len(crowd.took) >= wanted:
                break
            await asyncio.sleep(0.05)
        self.lost[name] += wanted - len(crowd.took)
        return percentile(crowd.took, 0.99)


def main() -> None:
    """Measure and print."""
    with arena(), our_server() as our, raw_server() as peer:
        from tests.builders import catalog

        catalog()
        loop = uvloop.new_event_loop()
        asyncio.set_event_loop(loop)
        ours, raw = Crowd(our.url, is_raw=False), Crowd(peer.url, is_raw=True)
        bench = Bench(loop, ours, raw, os.environ["REDIS_URL"])
        for size in SIZES:
            progress(f"fanout: {size} sockets")
            loop.run_until_complete(ours.grow(size))
            loop.run_until_complete(raw.grow(size))
            figures = take_turns({"ours": lambda: bench.p99("ours"), "raw": lambda: bench.p99("raw")})
            report(
                "fanout",
                case=str(size),
                unit="ms p99",
                ours=figures["ours"],
                limit=figures["raw"],
                goal=1.2,
                better="lower",
                lost=bench.lost["ours"],
                packages=PACKAGES,
                detail=f"1 topic, {size} sockets on one process, {PER_SECOND} hints/s, {HINTS} a round; writing to "
                f"{size} sockets dominates; the peer lost {bench.lost['raw']}",
            )


if __name__ == "__main__":
    main()
