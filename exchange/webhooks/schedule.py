"""When a failed delivery is tried again: soon, then ever more slowly, for 72 hours. Pure."""

from datetime import datetime, timedelta

KEEP_TRYING = timedelta(hours=72)
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(hours=6)
# A receiver that asks for patience is given as much, but not more than this.
_MOST_PATIENCE = timedelta(hours=6)


def next_attempt(
    *, created_at: datetime, attempts: int, now: datetime, spread: int, patience: timedelta | None = None
) -> datetime | None:
    """Return when to try again after `attempts` failed ones; None when 72 hours are over.

    5 s, 20 s, 80 s, then 5 min, 21 min, 85 min, 6 h and every 6 h. Each wait is longer by `spread`
    percent, so that receivers which failed together are not called together. `patience` is what they asked for.
    The last attempt falls on the end of the 72 hours.
    """
    end = created_at + KEEP_TRYING
    if now >= end:
        return None
    wait: timedelta = min(_FIRST * 4 ** min(attempts - 1, 8), _LONGEST)
    wait += wait * spread // 100
    if patience is not None:
        wait = max(wait, min(patience, _MOST_PATIENCE))
    return min(now + wait, end)
