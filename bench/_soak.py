"""`make soak-chat`: 100,000 messages over 200 sockets while 50 things are killed at random; counts what went wrong.

Web, socket processes, Redis, PostgreSQL and client lines are killed the hard way. `SOAK=messages,sockets,kills` makes
it shorter. Commits reach the disk.
"""

import asyncio
import json
import os
import sys
import time

from bench._arena import arena
from bench._figure import progress


def main() -> int:
    """Run and print one JSON line; 0 if nothing was lost, doubled or out of order."""
    messages, sockets, kills = (int(part) for part in os.environ.get("SOAK", "100000,200,50").split(","))
    with arena() as engines:
        from tests.realtime.soak import Soak

        soak = Soak(postgres=engines.postgres, redis=engines.redis, environment=dict(os.environ))
        started = time.monotonic()
        progress(f"soak: {messages} messages over {sockets} sockets, {kills} kills")
        try:
            tally = asyncio.run(soak.run(messages=messages, sockets=sockets, kills=kills, within=3 * 3600))
        finally:
            soak.close()
    line = {
        "soak": "chat",
        "messages": tally.messages,
        "sockets": tally.sockets,
        "kills": dict(tally.kills),
        "lost": tally.lost,
        "duplicated": tally.duplicated,
        "out_of_order": tally.out_of_order,
        "complaints": len(tally.complaints),
        "seconds": round(time.monotonic() - started),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line), flush=True)
    return 1 if tally.lost or tally.duplicated or tally.out_of_order or tally.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
