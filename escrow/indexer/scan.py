"""Reading a range of blocks from one node, in a way that proves the answers belong to one chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from escrow.decode import RawEvent, event_topics, read_log
from escrow.errors import RangeTooLarge, Unavailable
from escrow.rpc import Node


@dataclass(frozen=True, slots=True)
class Header:
    """What we keep of a block."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Range:
    """What a node said of the blocks `start` to `end`: events in chain order, and the headers we keep."""

    start: int
    end: Header
    events: list[RawEvent]
    headers: dict[int, Header]


class ChunkSize:
    """How many blocks to ask for at once: doubled while answers are small, halved when they are large or refused.

    A refusal is remembered as a ceiling that rises again slowly, so that a node's limit is not run into at every step.
    """

    FEW, MANY = 2_000, 10_000
    LEAST, MOST = 1, 100_000

    def __init__(self, blocks: int = 2_000) -> None:
        self.blocks = blocks
        self.ceiling = self.MOST

    def shrink(self) -> None:
        """After a refusal or a time-out."""
        self.blocks = self.ceiling = max(self.LEAST, self.blocks // 2)

    def learn(self, *, logs: int) -> None:
        """After an answer."""
        self.ceiling = min(self.MOST, self.ceiling + self.ceiling // 16 + 1)
        if logs > self.MANY:
            self.blocks = max(self.LEAST, self.blocks // 2)
        elif logs < self.FEW:
            self.blocks = min(self.ceiling, self.blocks * 2)


def read_header(block: Any, *, node: Node) -> Header | None:
    """Return a JSON-RPC block object as `Header`, None for a block the node does not have."""
    if block is None:
        return None
    try:
        return Header(
            number=int(block["number"], 16),
            hash=block["hash"].lower(),
            parent_hash=block["parentHash"].lower(),
            timestamp=int(block["timestamp"], 16),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(f"{node.label} sent a block that cannot be read") from error


def read_head(node: Node, *, known: int, until: int | None = None) -> tuple[Header, Header | None]:
    """Return the newest block (or block `until`) and the one at height `known` (None if negative or not there)."""
    newest = "latest" if until is None else hex(until)
    requests: list[tuple[str, tuple[Any, ...]]] = [("eth_getBlockByNumber", (newest, False))]
    if known >= 0:
        requests.append(("eth_getBlockByNumber", (hex(known), False)))
    blocks = [read_header(block, node=node) for block in node.batch(requests)]
    if blocks[0] is None:
        raise Unavailable(f"{node.label} has no newest block")
    return blocks[0], blocks[1] if known >= 0 else None


def read_headers(node: Node, numbers: Iterable[int]) -> dict[int, Header]:
    """Return the blocks at `numbers` that the node has."""
    wanted = list(numbers)
    blocks = node.batch([("eth_getBlockByNumber", (hex(number), False)) for number in wanted])
    headers = {number: read_header(block, node=node) for number, block in zip(wanted, blocks, strict=True)}
    return {number: header for number, header in headers.items() if header is not None}


def scan(
    node: Node, *, start: int, end: int, head: Header, before: str, keep_from: int, contracts: Sequence[str]
) -> Range:
    """Return the events of blocks `start` to `end` and the headers of their blocks and of all from `keep_from` on.

    1. The last block's hash is read before the logs and again after them: equal hashes mean equal ancestors, so no
       reorganisation came between.
    2. Every log must carry the hash of the block we read at its height, and neighbouring headers must link up;
       `before` is the hash of block `start - 1`, checked when block `start` is read (empty: unknown).
    Raises `Unavailable` when the answers do not fit together, `RangeTooLarge` when the node balks at the size.
    """
    last = head if end == head.number else read_headers(node, [end]).get(end)
    if last is None:
        raise Unavailable(f"{node.label} does not have block {end} yet")
    query = {"fromBlock": hex(start), "toBlock": hex(end), "address": list(contracts), "topics": [event_topics()]}
    logs = node.call("eth_getLogs", query)
    if not isinstance(logs, list):
        raise Unavailable(f"{node.label} sent no list of logs")
    events = sorted({read_log(log) for log in logs}, key=lambda event: (event.block_number, event.log_index))
    numbers = {event.block_number for event in events} | set(range(max(start, keep_from), end + 1)) | {end}
    headers = read_headers(node, sorted(numbers))
    if headers.get(end) != last:
        raise Unavailable(f"{node.label} moved to another branch while it was read")
    _check_links(node, headers, start=start, before=before)
    for event in events:
        header = headers.get(event.block_number)
        if not start <= event.block_number <= end or header is None or header.hash != event.block_hash:
            raise Unavailable(f"{node.label} sent a log of another branch")
        if event.contract not in contracts:
            raise Unavailable(f"{node.label} sent a log of another contract")
    return Range(start=start, end=last, events=events, headers=headers)


def _check_links(node: Node, headers: dict[int, Header], *, start: int, before: str) -> None:
    for number, header in headers.items():
        parent = headers[number - 1].hash if number - 1 in headers else before if number == start else ""
        if header.number != number or (parent and header.parent_hash != parent):
            raise Unavailable(f"{node.label} sent blocks that do not follow each other")


def scan_adapting(
    node: Node,
    size: ChunkSize,
    *,
    start: int,
    head: Header,
    before: str,
    keep_from: int,
    contracts: Sequence[str],
) -> Range:
    """Return the next range from `start`, as large as the node allows and no further than `head`."""
    while True:
        end = min(head.number, start + size.blocks - 1)
        try:
            found = scan(node, start=start, end=end, head=head, before=before, keep_from=keep_from, contracts=contracts)
        except RangeTooLarge:
            if size.blocks == ChunkSize.LEAST:
                raise
            size.shrink()
            continue
        except Unavailable:
            size.shrink()
            raise
        size.learn(logs=len(found.events))
        return found
