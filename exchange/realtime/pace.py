"""How fast a socket may talk: a token bucket slows a flood down, and one that goes on is ended."""

import asyncio
import time
from dataclasses import dataclass, field

from django.conf import settings

# Frames a second, frames at once, and how many more slowed frames than others are a flood (five seconds of it).
RATE: int = getattr(settings, "SOCKET_FRAMES_PER_SECOND", 100)
BURST = 2 * RATE
FLOOD = 5 * RATE


@dataclass(slots=True)
class Pace:
    """The bucket of one socket, counted in nanoseconds of credit."""

    credit: int = BURST * (10**9 // RATE)
    seen: int = field(default_factory=time.monotonic_ns)
    slowed: int = 0

    async def admit(self) -> bool:
        """Return True once one more frame may be read, waiting if it comes too soon; False when it is a flood."""
        cost = 10**9 // RATE
        now = time.monotonic_ns()
        self.credit = min(self.credit + now - self.seen, BURST * cost)
        self.seen = now
        if self.credit >= cost:
            self.credit -= cost
            self.slowed = max(0, self.slowed - 1)
            return True
        self.slowed += 1
        await asyncio.sleep((cost - self.credit) / 10**9)
        self.credit -= cost
        return self.slowed <= FLOOD
