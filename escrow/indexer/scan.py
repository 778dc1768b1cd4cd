"""Reading a range of blocks from one node, in a way that proves the answers belong to one chain and are whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from escrow import abi
from escrow.decode import BadLog, Log, RawEvent, event_topics, read_logs
from escrow.errors import RangeTooLarge, RpcError, Unavailable, Untrusted
from escrow.indexer.bloom import may_hold
from escrow.indexer.fold import Begun, begin
from escrow.indexer.headers import Header, read_headers
from escrow.rpc import Node

# Events in one answer that are each looked up in their block's filter.
FEW = 200


@dataclass(frozen=True, slots=True)
class Range:
    """What a node said of the blocks `start` to `end`: events in chain order, their trades, and the headers we keep.

    `before` is the hash of the block below, `head` the node's newest block at the time.
    """

    start: int
    before: str
    end: Header
    head: Header
    events: list[RawEvent]
    begun: Begun
    headers: dict[int, Header]


class ChunkSize:
    """How many blocks to ask for at once: as many as should give `TARGET` logs, fewer when a node refuses.

    A refusal is remembered as a ceiling that rises again slowly, so that a node's limit is not run into at every step.
    """

    TARGET = 5_000
    LEAST, MOST = 1, 100_000

    def __init__(self, blocks: int = 64) -> None:
        self.blocks = blocks
        self.ceiling = self.MOST

    def shrink(self) -> None:
        """After a refusal or a time-out."""
        self.blocks = self.ceiling = max(self.LEAST, self.blocks // 2)

    def learn(self, *, logs: int) -> None:
        """After an answer: eight times as much or a quarter at the most, since the next blocks may be others."""
        self.ceiling = min(self.MOST, self.ceiling + self.ceiling // 16 + 1)
        wanted = self.blocks * self.TARGET // max(logs, 1)
        self.blocks = max(self.LEAST, self.blocks // 4, min(wanted, self.blocks * 8, self.ceiling))


def scan(
    node: Node, *, start: int, end: int, head: Header, before: str, keep_from: int, contracts: Sequence[str]
) -> Range:
    """Return the events of blocks `start` to `end`, and headers: theirs, of `start`, and of all `keep_from` on.

    1. The last block's hash is read before the logs and again after them: equal hashes mean equal ancestors, so no
       reorganisation came between. A single block's logs are asked for by its hash, which says the same at once.
    2. Every log must carry the hash of the block we read at its height, and neighbouring headers must link up;
       `before` is the hash of block `start - 1` (empty: unknown).
    3. Each header's Bloom filter must name every log we were given, and none that we were not.
    Raises `Unavailable` when the answers do not fit together, `BadHistory` when the trades' histories do not, and
    `RangeTooLarge` when the node balks at the size.
    """
    last = head if end == head.number else read_headers(node, [end]).get(end)
    if last is None:
        raise Unavailable(f"{node.label} does not have block {end} yet")
    if start == end:
        events, headers = _read_block(node, last, contracts=contracts), {end: last}
    else:
        events = read_range(node, {"fromBlock": hex(start), "toBlock": hex(end)}, contracts=contracts)
        numbers = {event.block_number for event in events} | set(range(max(start, keep_from), end + 1)) | {start, end}
        headers = read_headers(node, sorted(numbers))
    if headers.get(end) != last:
        raise Unavailable(f"{node.label} moved to another branch while it was read")
    _check_links(node, headers, start=start, before=before)
    _check_events(node, events, headers, start=start, end=end)
    _check_quiet(node, events, headers, contracts=contracts)
    return Range(start=start, before=before, end=last, head=head, events=events, begun=begin(events), headers=headers)


def read_range(node: Node, place: dict[str, str], *, contracts: Sequence[str]) -> list[RawEvent]:
    """Return the contracts' events of a range or a block, in chain order, each once."""
    logs = node.call_for(list[Log], "eth_getLogs", {**place, "address": list(contracts), "topics": [event_topics()]})
    try:
        events = read_logs(logs)
    except BadLog as error:
        raise Untrusted(f"{node.label} sent a log that cannot be: {error}") from error
    events.sort()
    if any(first == second for first, second in pairwise(events)):
        events = sorted(set(events))
    places = [(event.block_number, event.log_index) for event in events]
    if any(first == second for first, second in pairwise(places)):
        raise Untrusted(f"{node.label} sent two logs for one place")
    if not {event.contract for event in events} <= set(contracts):
        raise Untrusted(f"{node.label} sent a log of another contract")
    return events


def _read_block(node: Node, header: Header, *, contracts: Sequence[str]) -> list[RawEvent]:
    try:
        return read_range(node, {"blockHash": header.hash}, contracts=contracts)
    except (Unavailable, RangeTooLarge):
        raise
    except RpcError as error:  # each node has words of its own for a block it has not, or no longer
        raise Unavailable(f"{node.label} does not tell the logs of block {header.number}") from error


def _check_links(node: Node, headers: dict[int, Header], *, start: int, before: str) -> None:
    for number, header in headers.items():
        parent = headers[number - 1].hash if number - 1 in headers else before if number == start else ""
        if header.number != number or (parent and header.parent_hash != parent):
            raise Unavailable(f"{node.label} sent blocks that do not follow each other")


def _check_events(node: Node, events: Sequence[RawEvent], headers: dict[int, Header], *, start: int, end: int) -> None:
    topics = {name: topic for topic, name in abi.topics().items()}
    kinds = set()
    for event in events:
        header = headers.get(event.block_number)
        if header is None or header.hash != event.block_hash or not start <= event.block_number <= end:
            raise Unavailable(f"{node.label} sent a log of another branch")
        kinds.add((event.block_number, event.contract, event.name))
    for number, contract, name in kinds:
        if not may_hold(headers[number].bloom, (contract, topics[name])):
            raise Untrusted(f"{node.label} sent a log that is not in block {number}")
    # A hash for each trade is too dear for a backfill, whose trades must fit the contract's rules all the same.
    for event in events if len(events) <= FEW else ():
        if event.trade_id and not may_hold(headers[event.block_number].bloom, [event.trade_id]):
            raise Untrusted(f"{node.label} sent a log that is not in block {event.block_number}")


def _check_quiet(
    node: Node, events: Sequence[RawEvent], headers: dict[int, Header], *, contracts: Sequence[str]
) -> None:
    """Look again at blocks without an event whose filter says that there may be one."""
    loud = {event.block_number for event in events}
    for number, header in headers.items():
        if number in loud or not header.bloom:
            continue
        here = [contract for contract in contracts if may_hold(header.bloom, [contract])]
        if not here or not any(may_hold(header.bloom, [topic]) for topic in event_topics()):
            continue
        if read_range(node, {"blockHash": header.hash}, contracts=here) or _receipts_tell(node, header, here):
            raise Untrusted(f"{node.label} left out the logs of block {number}")


def _receipts_tell(node: Node, header: Header, contracts: Sequence[str]) -> bool:
    """Return whether the block's receipts hold an event of ours; False where a node cannot give them."""
    try:
        receipts = node.call("eth_getBlockReceipts", hex(header.number))
    except Unavailable:
        raise
    except RpcError:  # the method is younger than many nodes
        return False
    addresses, topics = {contract.lower() for contract in contracts}, set(event_topics())
    try:
        return any(
            log["address"].lower() in addresses and log["topics"] and log["topics"][0] in topics
            for receipt in receipts or ()
            for log in receipt["logs"]
            if log["blockHash"].lower() == header.hash
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Unavailable(f"{node.label} sent receipts that cannot be read") from error


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
