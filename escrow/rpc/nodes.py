"""All nodes of one chain: which may be asked, which are set aside and why, and for how long.

1. A node serves nothing before it has shown who it is (`identity.py`), at first use and again after each failure.
2. Reads go to the first node, in the configured order, that is not set aside. One that fails, lags, is slow or was
   found to tell an untruth is set aside for `CHAIN_ASIDE_SECONDS`, twice as long each time, five minutes at most.
3. With all of them set aside each is still tried, so that nothing waits for a clock when a node comes back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from escrow.errors import RpcError, Unavailable, Untrusted, WrongChain
from escrow.rpc.identity import Identity
from escrow.rpc.node import READ_SECONDS, Node, Request

T = TypeVar("T")
LONGEST_ASIDE = 300
# Answers that took longer count as slow; so many in a row, and another node is asked first.
SLOW_SECONDS, SLOW_ANSWERS = 5, 3
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReport:
    """How one node stands: `kind` is `ok` or why it is set aside, told in words by `reason`; `label` is its host."""

    label: str
    kind: str
    reason: str
    aside_seconds: int

    def to_json(self) -> dict[str, str | int]:
        """Return the report as the tables keep it."""
        return {"label": self.label, "kind": self.kind, "reason": self.reason, "aside_seconds": self.aside_seconds}


@dataclass(slots=True)
class _Standing:
    is_known: bool = False
    until: float = 0.0
    seconds: int = 0
    kind: str = "ok"
    reason: str = ""
    slow: int = 0


class Chain:
    """All configured nodes of one chain; reads go to the first that works. Safe to share between threads."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        chain_id: int,
        read_seconds: int = READ_SECONDS,
        contracts: Sequence[str] = (),
        genesis: str = "",
    ) -> None:
        if not urls:
            raise ValueError("CHAIN_RPC_URLS names no node.")
        self.chain_id = chain_id
        self.nodes = [Node(url, read_seconds=read_seconds) for url in urls]
        self._identity = Identity(chain_id=chain_id, genesis=genesis, contracts=contracts)
        self._standing = {node: _Standing() for node in self.nodes}
        self._lock = threading.Lock()

    def call(self, method: str, *params: Any) -> Any:
        """Return the result of one request from the first node that answers."""
        return self.ask(lambda node: node.call(method, *params))

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """Return the results of several requests, all from one node."""
        return self.ask(lambda node: node.batch(requests))

    def ask(self, act: Callable[[Node], T]) -> T:
        """Return what `act` gets from one node, on `Unavailable` from the next; one `act` never mixes nodes."""
        last: Unavailable | None = None
        for node in self._order():
            try:
                result = self._ask_one(node, act)
            except WrongChain as error:
                last = error
                self.set_aside(node, error)
            except Unavailable as error:
                last = last if isinstance(last, WrongChain) else error
                self.set_aside(node, error)
            else:
                return result
        raise last or Unavailable("there is no node")

    def broadcast(self, raw: str) -> list[RpcError]:
        """Hand a signed transaction to every node, so that one dead pool cannot hide it. Returns the refusals.

        Raises `Unavailable` when no node could be asked at all.
        """
        refusals: list[RpcError] = []
        away: Unavailable | None = None
        reached = False
        for node in self._order():
            try:
                self._ask_one(node, lambda node: node.call("eth_sendRawTransaction", raw))
                reached = True
            except Unavailable as error:
                away = error
                self.set_aside(node, error)
            except RpcError as error:
                reached = True
                refusals.append(error)
        if not reached:
            raise away or Unavailable("there is no node")
        return refusals

    def others(self, node: Node, act: Callable[[Node], T]) -> Iterator[tuple[Node, T]]:
        """Yield what `act` gets from each other node that works; those that fail now are set aside."""
        now = time.monotonic()
        for other in self.nodes:
            if other is node or self._standing[other].until > now:
                continue
            try:
                yield other, self._ask_one(other, act)
            except Unavailable as error:
                self.set_aside(other, error)

    def set_aside(self, node: Node, error: Unavailable) -> None:
        """Ask `node` last for a while, and let it show again who it is before it is believed."""
        with self._lock:
            standing = self._standing[node]
            was = standing.kind
            longest = max(LONGEST_ASIDE, settings.CHAIN_ASIDE_SECONDS)
            if standing.until <= time.monotonic():
                standing.seconds = min(longest, standing.seconds * 2 or settings.CHAIN_ASIDE_SECONDS)
                standing.until = time.monotonic() + standing.seconds
            standing.is_known, standing.slow = False, 0
            standing.kind, standing.reason = _kind_of(error), str(error)[:200]
            node.forget_connections()
        if was != standing.kind:
            log.warning("node %s is set aside for %d s: %s", node.label, standing.seconds, error)

    def report(self) -> list[NodeReport]:
        """Return how each node stands."""
        now = time.monotonic()
        with self._lock:
            return [
                NodeReport(
                    label=node.label,
                    kind=standing.kind,
                    reason=standing.reason,
                    aside_seconds=max(0, round(standing.until - now)),
                )
                for node, standing in self._standing.items()
            ]

    def _ask_one(self, node: Node, act: Callable[[Node], T]) -> T:
        standing = self._standing[node]
        if not standing.is_known:
            self._identity.check(node)
        result = act(node)
        with self._lock:
            if standing.kind != "ok":
                log.warning("node %s works again", node.label)
            standing.is_known, standing.kind, standing.reason = True, "ok", ""
            if standing.until <= time.monotonic():
                standing.seconds = 0
            standing.until = 0.0
            standing.slow = standing.slow + 1 if node.last_seconds > SLOW_SECONDS else 0
            is_slow = standing.slow >= SLOW_ANSWERS and len(self.nodes) > 1
        if is_slow:
            self.set_aside(node, Slow(f"{node.label} takes more than {SLOW_SECONDS} s to answer"))
        return result

    def _order(self) -> Iterator[Node]:
        now = time.monotonic()
        return iter(sorted(self.nodes, key=lambda node: self._standing[node].until > now))


class Slow(Unavailable):
    """A node answers, but others would answer sooner."""


class Lagging(Unavailable):
    """A node's newest block is well behind that of others, or behind what it had before."""


def _kind_of(error: Unavailable) -> str:
    kinds = {WrongChain: "wrong chain", Untrusted: "untrusted", Lagging: "lagging", Slow: "slow"}
    return next((word for kind, word in kinds.items() if isinstance(error, kind)), "failing")
