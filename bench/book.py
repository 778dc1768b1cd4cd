"""`make bench-book`: pages of the book at 10 k, 100 k and 1 M offers, against a bare view that sends the same bytes.

Both are served by the same gunicorn (two workers, eight threads), read by the same wrk with the same mixture of
questions and 1 % writes, in turns. PostgreSQL alone runs the page's own query with the same questions.
BENCH_SIZES=10000,100000 measures fewer sizes, BENCH_PLANS=1 shows PostgreSQL's plans.
"""

import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench._book_server import Bar, engines, read_prices, web
from bench._figure import percentile, progress, report, take_turns

SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(",")]
SECONDS, CONNECTIONS = 4, 8
ROWS, VARIETY = 50, 120
PACKAGES = ("django", "django-ninja", "gunicorn", "psycopg", "orjson")
_SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local token, writes = os.getenv("BENCH_TOKEN"), {}
for id in string.gmatch(os.getenv("BENCH_OFFERS"), "%S+") do writes[#writes + 1] = id end
local seed = 0
function setup(thread) thread:set("seed", seed) seed = seed + 1 end
function init(args) math.randomseed(seed + 7) end
function request()
  if math.random(100) == 1 then
    local state = math.random(2) == 1 and "paused" or "active"
    local body = '{"items":[{"id":"' .. writes[math.random(#writes)] .. '","version":1,"state":"' .. state .. '"}]}'
    local headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
    return wrk.format("PATCH", "/api/v1/me/offers/bulk", headers, body)
  end
  return wrk.format("GET", paths[math.random(#paths)])
end
function done(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RATE %f P99 %f BAD %d N %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(99) / 1000, bad, summary.requests))
end
"""


def questions(count: int) -> list[str]:
    """Return what readers ask, most asked first by Zipf's law: a few questions often, many others now and then."""
    dice = random.Random(7)
    found: list[str] = []
    while len(found) < VARIETY:
        currency = dice.choices(["EUR", "USD", "GBP", "BRL"], [50, 30, 12, 8])[0]
        asked = {"side": dice.choice(["buy", "buy", "sell"]), "currency": currency, "limit": str(ROWS)}
        if dice.random() < 0.6:
            asked["amount"] = str(dice.choice([50, 100, 100, 200, 250, 500]))
        if dice.random() < 0.35:
            asked["method"] = dice.choice(["sepa-instant", "revolut", "wise"] if currency != "BRL" else ["pix"])
        if dice.random() < 0.1:
            asked |= {"takeable": "true"}
        if dice.random() < 0.1:
            asked |= {"trades": "20"}
        question = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
        if question not in found:
            found.append(question)
    return dice.choices(found, [1 / (place + 1) for place in range(VARIETY)], k=count)


def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit(
            "This bench loads the servers with wrk (https://github.com/wg/wrk). Install it and run this again."
        )
    with engines() as folder:
        from exchange.core import clock

        now = clock.now()
        read_prices(now)
        token, codes = _writer()
        have = 0
        for size in SIZES:
            from bench._offers import seed

            began = time.monotonic()
            seed(size - have, now=now, progress=Bar(size - have, f"seeding to {size:,} offers"))
            progress(f"{size - have:,} offers in {time.monotonic() - began:.0f} s")
            have = size
            _plans(size)
            for kept in (700, 0):
                with web(BOOK_KEPT_MS=str(kept)) as address:
                    _measure(address, folder, size=size, kept=kept, token=token, codes=codes)


def _writer() -> tuple[str, list[str]]:
    """Publish twenty real offers of one maker and return a token for switching them."""
    from datetime import timedelta

    from exchange.accounts.tokens import issue_token
    from exchange.core import clock
    from tests.builders import fixed, offer, sara

    # Cheaper than all seeded ones, so that a change of theirs shows on the first page at any size.
    made = [offer(price=fixed(f"{2700 + number}.00")) for number in range(20)]
    scopes = ("offers:read", "offers:write")
    token = issue_token(sara().account, name="bench", scopes=scopes, lifetime=timedelta(days=1), now=clock.now())[1]
    return token, [one.code for one in made]


def _measure(address: str, folder: Path, *, size: int, kept: int, token: str, codes: list[str]) -> None:
    asked = questions(2000)
    bodies = {question: httpx.get(f"{address}/api/v1/offers?{question}", timeout=60) for question in set(asked)}
    assert all(one.status_code == 200 for one in bodies.values()), {one.status_code for one in bodies.values()}
    names = {question: f"page-{number}" for number, question in enumerate(bodies)}
    for question, name in names.items():
        (folder / name).write_bytes(bodies[question].content)
    ours = [f"/api/v1/offers?{question}" for question in asked]
    bare = [f"/bare/{names[question]}" for question in asked]
    slow: list[float] = []
    bad: list[int] = []

    def load(paths: list[str], into: list[float] | None = None) -> float:
        rate, p99, failed = _wrk(address, paths, token=token, codes=codes)
        if into is not None:
            into.append(p99)
            bad.append(failed)
        return rate

    rounds = take_turns({"ours": lambda: load(ours, slow), "bare": lambda: load(bare), "sql": lambda: _sql(asked)})
    fresh = _freshness(address, token=token, code=codes[0])
    mean = sum(len(one.content) for one in bodies.values()) // len(bodies)
    detail = (
        f"{len(bodies)} questions by Zipf's law, mean page {mean:,} bytes, 1% writes, {CONNECTIONS} connections; "
        f"p99 {sorted(slow)[len(slow) // 2]:.0f} ms; fresh after {fresh * 1000:.0f} ms at worst of 10; "
        f"the page's query alone in PostgreSQL, one connection: {sorted(rounds['sql'])[len(rounds['sql']) // 2]:.0f}/s"
    )
    report(
        "book",
        case=f"{size:,} offers, pages kept {kept} ms",
        unit="requests/s",
        ours=rounds["ours"],
        limit=rounds["bare"],
        peer=rounds["sql"],
        goal=0.6,
        better="higher",
        lost=sum(bad),
        detail=detail,
        packages=PACKAGES,
    )


def _wrk(address: str, paths: list[str], *, token: str, codes: list[str]) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "mix.lua", Path(folder) / "paths"
        script.write_text(_SCRIPT)
        listed.write_text("\n".join(paths))
        environment = {**os.environ, "BENCH_PATHS": str(listed), "BENCH_TOKEN": token, "BENCH_OFFERS": " ".join(codes)}
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "20s", "-s", str(script), address]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RATE ([\d.]+) P99 ([\d.]+) BAD (\d+)", told)
    assert found, told
    return float(found[1]), float(found[2]), int(found[3])


def _selects(asked: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the page's own SQL for each question."""
    from urllib.parse import parse_qsl

    from exchange.core import clock
    from exchange.offers.book import page_sql

    found = []
    for question in asked:
        said: dict[str, Any] = dict(parse_qsl(question))
        said["amount"] = _number(said.get("amount"))
        said |= {"trades": int(said.get("trades", 0)), "takeable": said.get("takeable") == "true"}
        said["limit"] = int(said["limit"])
        found.append(page_sql(asset="ETH", now=clock.now(), **said))
    return found


def _number(text: str | None) -> Any:
    from decimal import Decimal

    return None if text is None else Decimal(text)


def _sql(asked: list[str]) -> float:
    """Return pages a second of PostgreSQL alone: the same SQL, prepared as the product does, rows thrown away."""
    from exchange.offers.book_select import fetch

    selects = _selects(asked[:60])
    began = time.monotonic()
    for sql, params in selects:
        fetch(sql, params)
    return len(selects) / (time.monotonic() - began)


def _plans(size: int) -> None:
    """Say which plan PostgreSQL chose for the plainest and the narrowest question."""
    from django.db import connection

    if os.environ.get("BENCH_PLANS") != "1":
        return
    for question in ("side=buy&currency=EUR&limit=50", "amount=250&currency=EUR&limit=50&method=wise&side=buy"):
        ((sql, params),) = _selects([question])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {sql}", params)
            progress(f"-- {size:,} offers, {question}\n" + "\n".join(row[0] for row in cursor.fetchall()))


def _freshness(address: str, *, token: str, code: str) -> float:
    """Return how long at worst a stranger's page shows something else than the last change."""
    worst = []
    url = f"{address}/api/v1/offers?side=buy&currency=EUR&limit=100&amount=250"
    with httpx.Client(timeout=30) as client:
        for number in range(10):
            state = "paused" if number % 2 == 0 else "active"
            client.get(url)
            client.patch(
                f"{address}/api/v1/me/offers/bulk",
                json={"items": [{"id": code, "version": 1, "state": state}]},
                headers={"Authorization": f"Bearer {token}"},
            ).raise_for_status()
            began = time.monotonic()
            while any(row["id"] == code for row in client.get(url).json()["items"]) != (state == "active"):
                assert time.monotonic() - began < 10, json.dumps({"state": state})
                time.sleep(0.01)
            worst.append(time.monotonic() - began)
    return percentile(worst, 1)


if __name__ == "__main__":
    main()
