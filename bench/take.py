"""`make bench-take`: a hundred parallel takers of an offer's last unit, against the same conditional UPDATE alone.

"claim" is the statement that decides the race, through Django; then with the words each loser gets; "whole take" is all
that a taker waits for: gates, caps, price snapshot, Terms with their EIP-712 digest, trade, timeline, outbox.
The limit is the one UPDATE by bare psycopg, from as many threads. Every round counts its winners: one an offer, or the
run has lost.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from bench._book_server import engines
from bench._figure import progress, report, take_turns

OFFERS, TAKERS, THREADS = 4, 100, 10
PACKAGES = ("django", "psycopg")
_CLAIM = (
    "UPDATE offers_offer SET remaining_units = remaining_units - %(units)s, updated_at = now()"
    " WHERE id = %(id)s AND version = 1 AND state = 'active' AND remaining_units >= %(units)s"
)


def main() -> None:
    with engines():
        from django.conf import settings
        from django.db import connection

        from exchange.accounts.models import Account
        from exchange.core import clock
        from exchange.core.errors import Conflict
        from exchange.offers import actions, claims
        from exchange.offers.models import Offer
        from exchange.trades.taking import take
        from tests.builders import fixed, offer

        settings.MAX_OPEN_TAKES = 10**9
        made = [offer(price=fixed("3000.00"), total_asset="1") for _ in range(OFFERS)]
        takers = [Account.objects.create_user(f"0x{number:040x}") for number in range(1, TAKERS + 1)]
        units = 10**18
        wrong: list[int] = []

        def restore() -> None:
            Offer.objects.filter(pk__in=[one.pk for one in made]).update(
                remaining_units=units, hidden="", turns_at=None
            )

        def race(act: Callable[[int, int], bool]) -> float:
            """Return takes a second over all offers, winners and losers alike."""
            restore()
            began = time.monotonic()
            for one in range(OFFERS):
                won = sum(threads.map(partial(act, one), range(TAKERS)))
                wrong.extend([won] if won != 1 else [])
            return OFFERS * TAKERS / (time.monotonic() - began)

        pool = bare_pool()
        # Both sides keep one connection a thread: only the claims are measured.
        threads = ThreadPoolExecutor(THREADS)

        def bare(at: int, _: int) -> bool:
            with pool.connection() as connection:
                done = connection.execute(_CLAIM, {"id": made[at].pk, "units": units})
                return bool(done.rowcount == 1)

        def claim(at: int, _: int) -> bool:
            return claims.claim(made[at].pk, version=1, units=units, now=clock.now())

        def reserve(at: int, _: int) -> bool:
            try:
                actions.reserve(made[at].pk, version=1, units=units, now=clock.now())
            except Conflict:
                return False
            return True

        def whole(at: int, number: int) -> bool:
            try:
                take(made[at].code, by=takers[number], method="sepa-instant", now=clock.now(), amount_units=units)
            except Conflict:
                return False
            return True

        for name, act in (("claim", claim), ("claim with its refusals", reserve), ("whole take", whole)):
            wrong.clear()
            progress(f"{name}: {TAKERS} takers of each of {OFFERS} offers, {THREADS} threads")
            rounds = take_turns({"ours": partial(race, act), "bare": partial(race, bare)})
            report(
                "take",
                case=f"{name}, {TAKERS} takers an offer",
                unit="takes/s",
                ours=rounds["ours"],
                limit=rounds["bare"],
                goal=0.5,
                better="higher",
                lost=len(wrong),
                detail=f"{THREADS} threads in one process on both sides; races without one winner: {len(wrong)}",
                packages=PACKAGES,
            )
        list(threads.map(lambda _: connection.close(), range(THREADS * 4)))
        threads.shutdown()
        pool.close()


def bare_pool() -> Any:
    """Return a pool of bare connections, one for each thread."""
    from psycopg_pool import ConnectionPool

    return ConnectionPool(os.environ["DATABASE_URL"], min_size=THREADS, max_size=THREADS, kwargs={"autocommit": True})


if __name__ == "__main__":
    main()
