"""Before an event becomes final, all nodes that work must tell the same of its block: its hash, and our logs in it.

A hash stands for everything in a block, so one node that lies about a hash, or leaves logs out of its answer, is found
by asking another. The majority is believed and the rest set aside; when it is one word against another nobody is, and
what is not final yet waits. With a single node there is nothing to compare, and its word stands.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence

from escrow.decode import RawEvent
from escrow.errors import RangeTooLarge, Untrusted
from escrow.indexer.headers import read_headers
from escrow.indexer.scan import Range, read_range
from escrow.rpc import Chain, Lagging, Node

log = logging.getLogger(__name__)
# A node may be a block or two behind for a moment; behind this far, or for so long, it is of no use.
MOST_BEHIND = 5
PATIENCE_SECONDS = 10

Story = tuple[str, frozenset[RawEvent]]


class Witnesses:
    """Asks the other nodes; remembers who was behind since when, and whether there is a disagreement now."""

    def __init__(self, chain: Chain, *, contracts: Sequence[str]) -> None:
        self._chain = chain
        self._contracts = contracts
        self._behind: dict[Node, int] = {}
        self.disagree_at = 0

    @property
    def are_none(self) -> bool:
        """Whether there is a single node, whose word stands."""
        return len(self._chain.nodes) == 1

    def agree(self, node: Node, *, low: int, high: int, found: Range) -> frozenset[RawEvent] | None:
        """Return the events of blocks `low` to `high` if all nodes that work tell the same of them, else None.

        `found` is what `node` told last and need not be asked again. Raises `Untrusted` if `node` itself is outvoted.
        """
        stories: defaultdict[Story, list[Node]] = defaultdict(list)
        mine: Story | None
        if found.start <= low and high == found.end.number:
            mine = found.end.hash, frozenset(event for event in found.events if event.block_number >= low)
        else:
            mine = self._story(node, low=low, high=high)
        if mine is None:
            return None
        stories[mine].append(node)
        waiting = False
        for other, story in self._chain.others(node, lambda one: self._story(one, low=low, high=high)):
            if story is None:
                waiting = self._is_awaited(other, high=high) or waiting
            else:
                self._behind.pop(other, None)
                stories[story].append(other)
        if len(stories) == 1:
            self._note(high=0)
            return None if waiting else mine[1]
        return mine[1] if self._judge(stories, mine=mine, high=high) else None

    def _story(self, node: Node, *, low: int, high: int) -> Story | None:
        """Return the hash of block `high` and our events up to it; None for a node that does not have it yet."""
        header = read_headers(node, [high]).get(high)
        if header is None:
            return None
        return header.hash, frozenset(_read_all(node, low=low, high=high, contracts=self._contracts))

    def _judge(self, stories: dict[Story, list[Node]], *, mine: Story, high: int) -> bool:
        most = max(len(nodes) for nodes in stories.values())
        believed = [story for story, nodes in stories.items() if len(nodes) == most]
        if len(believed) > 1:
            if not self.disagree_at:
                labels = " / ".join(", ".join(node.label for node in nodes) for nodes in stories.values())
                log.error("nodes disagree about blocks up to %d: %s; nothing becomes final meanwhile", high, labels)
            self._note(high=high)
            return False
        truth = believed[0]
        for story, nodes in stories.items():
            if story not in (truth, mine):
                for node in nodes:
                    self._chain.set_aside(node, _contradiction(node, story, truth, high=high))
        self._note(high=0)
        if mine != truth:
            raise _contradiction(stories[mine][0], mine, truth, high=high)
        return True

    def _is_awaited(self, node: Node, *, high: int) -> bool:
        """Return whether a node that lacks block `high` should be waited for; one that is far behind is set aside."""
        since = self._behind.setdefault(node, int(time.monotonic()))
        head = int(node.call("eth_blockNumber"), 16)
        if high - head <= MOST_BEHIND and time.monotonic() - since < PATIENCE_SECONDS:
            return True
        self._behind.pop(node, None)
        self._chain.set_aside(node, Lagging(f"{node.label} is {high - head} blocks behind"))
        return False

    def _note(self, *, high: int) -> None:
        self.disagree_at = high


def _contradiction(node: Node, story: Story, truth: Story, *, high: int) -> Untrusted:
    about = "another block" if story[0] != truth[0] else "other logs"
    return Untrusted(f"{node.label} has {about} than the other nodes at height {high} or below")


def _read_all(node: Node, *, low: int, high: int, contracts: Sequence[str]) -> list[RawEvent]:
    """Return the events of a range in pieces that the node can bear."""
    events: list[RawEvent] = []
    start, size = low, high - low + 1
    while start <= high:
        end = min(high, start + size - 1)
        try:
            events += read_range(node, {"fromBlock": hex(start), "toBlock": hex(end)}, contracts=contracts)
        except RangeTooLarge:
            if size == 1:
                raise
            size = max(1, size // 2)
            continue
        start = end + 1
    return events
