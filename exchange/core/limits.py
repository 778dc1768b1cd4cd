"""Rate limits, counted in Redis across all processes: at most `most` acts per `seconds` for a key."""

from dataclasses import dataclass

from django.core.cache import cache

from exchange.core import clock
from exchange.core.errors import TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` acts in each fixed window of `seconds`, counted under `name`."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Left:
    """What remains of a limit after an act: for the `RateLimit-*` headers."""

    limit: int
    remaining: int
    reset: int


def spend(limit: Limit, key: str) -> Left:
    """Count one act of `key`. Raises `TooMany` with `retry_after` seconds when the window is used up."""
    moment = clock.to_unix(clock.now())
    window = moment // limit.seconds
    reset = (window + 1) * limit.seconds - moment
    name = f"limit:{limit.name}:{key}:{window}"
    cache.add(name, 0, timeout=limit.seconds + 5)
    try:
        used = cache.incr(name)
    except ValueError:  # the counter expired between the two calls: this act opens a new window
        used = 1
    if used > limit.most:
        raise TooMany(extra={"retry_after": reset, "limit": limit.most})
    return Left(limit=limit.most, remaining=limit.most - used, reset=reset)
