"""Rate limits, counted in Redis across all processes: at most `most` acts per `seconds` for a key.

One script counts and sets the counter's end in one step, so that no two processes can both believe to be the last one
let through, and no counter is left without an end.
"""

from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from redis.commands.core import Script

from exchange.core import clock
from exchange.core.errors import TooMany

_COUNT = """
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return used
"""


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
    count = _counter(settings.CACHES["default"]["LOCATION"])
    used = int(count(keys=[f"limit:{limit.name}:{key}:{window}"], args=[limit.seconds + 5]))
    if used > limit.most:
        raise TooMany(extra={"retry_after": reset, "limit": limit.most})
    return Left(limit=limit.most, remaining=limit.most - used, reset=reset)


@cache
def _counter(url: str) -> Script:
    """Return the script on one Redis; asked briefly, since a person waits behind every call."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1).register_script(_COUNT)
