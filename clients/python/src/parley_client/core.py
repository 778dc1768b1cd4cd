"""What is sent, without sending it: a `Call` is one request, a `Flow` yields calls and pauses and returns a result.

Sync and async clients differ only in how they wait; everything else is here, once.
"""

import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from parley_client.errors import Problem

T = TypeVar("T")
SAFE = frozenset({"GET", "HEAD"})
# Answers after which the same call may simply be sent again.
_PASSING = frozenset({429, 502, 503, 504})
ATTEMPTS = 6
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request below `/api/v1`, or to another server's `url`; `key` makes an unsafe one harmless to repeat."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    url: str | None = None

    def headers(self, token: str | None) -> dict[str, str]:
        """Return the headers to send."""
        found = {"Accept": "application/json"}
        if self.url is None and token:
            found["Authorization"] = f"Bearer {token}"
        if self.url is None and self.method not in SAFE:
            found["Idempotency-Key"] = self.key
        return found

    def parameters(self) -> dict[str, str]:
        """Return the query, without what is None."""
        return {name: str(value) for name, value in self.query.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class UseToken:
    """Have the client send this token from now on."""

    token: str | None


@dataclass(frozen=True, slots=True)
class AskNode:
    """Ask the client where it calls: its base address."""


Step: TypeAlias = Call | Pause | UseToken | AskNode
Flow: TypeAlias = Generator[Step, Any, T]


def wait_before(attempt: int, *, status: int | None, code: str, retry_after: str | None) -> float | None:
    """Return how long to wait before sending a call again after `attempt` tries; None when it must not be.

    `status` is None when no answer came at all.
    """
    passing = status is None or status in _PASSING or code == "in_progress"
    if not passing or attempt >= ATTEMPTS:
        return None
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), _LONGEST_PAUSE)
    return float(min(0.2 * 2**attempt, _LONGEST_PAUSE))


def read_answer(status: int, body: Any) -> Any:
    """Return the body of a success. Raises `Problem`."""
    if status >= 400:
        raise Problem(status, body if isinstance(body, dict) else {})
    return body
