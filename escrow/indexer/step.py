"""One step of following the chain. After each, the tables are a true picture up to the cursor's block.

1. Ask a node for its newest block and for its block at the cursor's height; a push that goes on there has told both.
2. The two agree: scan the next range; store events and headers, make final what is deep enough, fold what changed.
3. They do not: go back to the newest block we share, mark what lay above orphaned, fold again. If final events were
   undone, raise the alarm for their trades; the next steps carry on as usual.
4. The settings name a contract that was not read so far: start again, in case it is older than the cursor's block.
Each step is one transaction that moves the cursor from the block it was read at, so that a crash at any line, or a
second indexer started by mistake, changes nothing. While a backfill writes one range, the next is being read.
"""

import logging
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from escrow.decode import RawEvent
from escrow.errors import RpcError, Untrusted
from escrow.indexer import fold, reorg, store
from escrow.indexer.ahead import ReadAhead
from escrow.indexer.alarm import raise_alarm
from escrow.indexer.credit import CreditChanges, read_funded
from escrow.indexer.finalise import finalise, take_positions
from escrow.indexer.headers import Header, read_head, read_header
from escrow.indexer.scan import ChunkSize, Range, scan_adapting
from escrow.indexer.store import Standing, StoredEvent
from escrow.indexer.witness import Witnesses
from escrow.mirror import BadHistory
from escrow.models import Cursor
from escrow.rpc import Chain, Lagging, Node

log = logging.getLogger(__name__)
# Headers kept below the newest block, beyond the blocks that are not final: they make a deeper reorganisation cheap.
SPARE_HEADERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step did: `changed` names the trades whose picture moved, `finals` counts events that became final."""

    kind: str
    position: int
    head: int
    changed: frozenset[str]
    finals: int

    @property
    def has_more(self) -> bool:
        """Whether the next step has work already."""
        return self.position < self.head


class Impossible(Untrusted):
    """Events that the contract cannot have written in this order: a node left some out, now or before."""


class Misread(Exception):
    """What is stored from block `low` on is not what all nodes tell now: one of them had it wrong when it was read."""

    def __init__(self, low: int) -> None:
        super().__init__(f"what is stored from block {low} on is not what the nodes tell")
        self.low = low


class Follower:
    """Follows one chain's contracts; remembers how much to ask for at once, and what it has read ahead."""

    def __init__(self, chain: Chain, *, contracts: Sequence[str], start: int, confirmations: int) -> None:
        self._chain = chain
        self._contracts = contracts
        self._start = start
        self._confirmations = confirmations
        self._size = ChunkSize()
        self._ahead = ReadAhead()
        self._witnesses = Witnesses(chain, contracts=contracts)

    @property
    def disagree_at(self) -> int:
        """The height up to which nodes contradict each other, 0 when they do not."""
        return self._witnesses.disagree_at

    def step(self, *, until: int | None = None, pushed: object = None) -> Step:
        """Do one step, as if block `until` were the newest if it is given.

        `pushed` is the newest block as the first node told it unasked, JSON; it saves asking, and decides nothing else.
        Raises `Unavailable` when no node can be used, `LostRace` when another indexer was faster.
        """

        def act(node: Node) -> Step:
            try:
                return self._step(node, until=until, pushed=pushed if until is None else None)
            except Misread as error:
                return self._read_again(node, error.low)
            except BadHistory as error:
                raise Impossible(f"{node.label} tells what cannot have happened: {error}") from error

        return self._chain.ask(act)

    def _step(self, node: Node, *, until: int | None, pushed: object) -> Step:
        standing = self._look()
        cursor = standing.cursor
        found = self._ahead.take(node, start=cursor.block_number + 1, before=cursor.block_hash, until=until)
        if found is None and pushed is not None:
            found = self._read_pushed(node, cursor, pushed)
        if found is None:
            head, here = read_head(node, known=cursor.block_number if cursor.block_hash else -1, until=until)
            if reorg.has_left(node, cursor, head=head, here=here):
                return self._go_back(node, cursor, head=head)
            if not set(self._contracts) <= set(cursor.contracts):
                return self._take_in(cursor, head=head)
            if head.number <= cursor.block_number:
                return self._stay(node, standing, head=head, here=here)
            found = self._read(node, start=cursor.block_number + 1, before=cursor.block_hash, head=head)
        if found.end.number < found.head.number:
            self._read_ahead(node, found, until=until)
        return self._go_on(node, standing, found)

    def _look(self) -> Standing:
        return store.look(chain_id=self._chain.chain_id, start=self._start, contracts=self._contracts)

    def _read(self, node: Node, *, start: int, before: str, head: Header) -> Range:
        keep_from = self._keep_from(head)
        return scan_adapting(
            node, self._size, start=start, head=head, before=before, keep_from=keep_from, contracts=self._contracts
        )

    def _read_pushed(self, node: Node, cursor: Cursor, pushed: object) -> Range | None:
        """Return the block of a push if it goes on exactly where the cursor stands, so that nothing else need be asked.

        None sends the step the usual way: another block, another node, or one that cannot tell the block's logs yet.
        """
        if node is not self._chain.nodes[0] or not set(self._contracts) <= set(cursor.contracts):
            return None
        try:
            head = read_header(pushed, node=node)
            if head is None or (head.number, head.parent_hash) != (cursor.block_number + 1, cursor.block_hash):
                return None
            return self._read(node, start=head.number, before=cursor.block_hash, head=head)
        except RpcError:
            return None

    def _read_ahead(self, node: Node, found: Range, *, until: int | None) -> None:
        def read() -> Range | None:
            head, _ = read_head(node, known=-1, until=until)
            start = found.end.number + 1
            return self._read(node, start=start, before=found.end.hash, head=head) if head.number >= start else None

        self._ahead.begin(node, read)

    def _keep_from(self, head: Header) -> int:
        return head.number - self._confirmations - SPARE_HEADERS + 1

    def _stay(self, node: Node, standing: Standing, *, head: Header, here: Header | None) -> Step:
        """Nothing new; but events that waited for the nodes to agree may be final now."""
        cursor = standing.cursor
        deep = min(cursor.block_number, head.number - self._confirmations + 1)
        if here is not None and cursor.final_number < deep:
            start = cursor.block_number + 1
            nothing = Range(
                start=start, before=here.hash, end=here, head=head, events=[], begun=fold.begin([]), headers={}
            )
            step = self._go_on(node, standing, nothing)
            if step.finals:
                return step
        store.touch_cursor(cursor, head=head)
        return Step(kind="idle", position=cursor.block_number, head=head.number, changed=frozenset(), finals=0)

    def _final_height(self, node: Node, cursor: Cursor, found: Range) -> int:
        """Return the height up to which events are final: deep enough, and told alike by all nodes that work."""
        deep = min(found.end.number, found.head.number - self._confirmations + 1)
        low = max(cursor.final_number + 1, self._start)
        if deep < low:
            return cursor.final_number
        if self._witnesses.are_none:
            return deep
        agreed = self._witnesses.agree(node, low=low, high=deep, found=found)
        if agreed is None:
            return cursor.final_number
        told = {event for event in agreed if event.block_number < found.start}
        if told != store.read_events(chain_id=self._chain.chain_id, low=low, high=min(deep, found.start - 1)):
            raise Misread(low)
        return deep

    def _go_on(self, node: Node, standing: Standing, found: Range) -> Step:
        chain_id, head, cursor = self._chain.chain_id, found.head, standing.cursor
        keep_from = self._keep_from(head)
        final_to = self._final_height(node, cursor, found)
        has_more = found.end.number < head.number
        kept = {event.block_number for event in found.events} | set(range(keep_from, head.number + 1))
        with transaction.atomic():
            store.move_cursor(
                cursor,
                number=found.end.number,
                block_hash=found.end.hash,
                head=head,
                final_number=final_to,
                headers=[found.headers[number] for number in found.headers.keys() & kept],
                forget=(self._oldest_kept(cursor), keep_from),
            )
            new, settled, final = self._store_events(standing, found, final_to=final_to)
            moved = {event.trade_id for event in final} - {""}
            begun = found.begun if new is found.events else fold.begin(new)
            states = fold.fold_in(begun, moved=moved, chain_id=chain_id, final_to=final_to)
            credit = CreditChanges({trade_id: state.funded for trade_id, state in states.items()})
            credit.add(new[:settled], head=1, final=1)
            credit.add(new[settled:], head=1, final=0)
            credit.add(final, head=0, final=1)
            credit.write(chain_id=chain_id)
            is_all_final = final_to >= found.end.number
            changed = {*states} | (set() if has_more or is_all_final else store.waiting_trades(chain_id=chain_id))
        return Step(
            kind="scanned",
            position=found.end.number,
            head=head.number,
            changed=frozenset(changed),
            finals=settled + len(final),
        )

    def _store_events(
        self, standing: Standing, found: Range, *, final_to: int
    ) -> tuple[Sequence[RawEvent], int, list[StoredEvent]]:
        """Return the events that are new, how many of them are final at once, and the events that became final now."""
        chain_id = self._chain.chain_id
        if found.events and standing.highest >= found.start:
            new = store.merge_events(found.events, found.headers, chain_id=chain_id)
            return new, 0, finalise(chain_id=chain_id, up_to=final_to)
        final = finalise(chain_id=chain_id, up_to=final_to) if standing.waits else []
        settled = bisect_right(found.events, final_to, key=lambda event: event.block_number)
        position = take_positions(settled) if settled else 0
        if found.events:
            store.append_events(found.events, found.headers, chain_id=chain_id, final_to=final_to, position=position)
        return found.events, settled, final

    def _oldest_kept(self, cursor: Cursor) -> int:
        """Return a height below which the last step has forgotten already."""
        return cursor.head_number - self._confirmations - SPARE_HEADERS - 1

    def _go_back(self, node: Node, cursor: Cursor, *, head: Header) -> Step:
        chain_id = self._chain.chain_id
        number, block_hash = reorg.find_ancestor(node, chain_id=chain_id, start=self._start, head=head)
        return self._rewind(cursor, number, block_hash, head=head)

    def _read_again(self, node: Node, low: int) -> Step:
        """Go back below `low`, on the same branch: nothing from there on was final."""
        log.error("the events from block %d on were misread and are read again", low)
        cursor = self._look().cursor
        head, below = read_head(node, known=low - 1)
        if low > self._start and below is None:
            raise Lagging(f"{node.label} does not have block {low - 1}")
        block_hash = below.hash if below is not None and low > self._start else ""
        return self._rewind(cursor, low - 1, block_hash, head=head)

    def _take_in(self, cursor: Cursor, *, head: Header) -> Step:
        """A contract has joined: read the chain again from the start, since its first blocks may lie behind us.

        Final events stay as they are. Those that are not final yet are put aside until they are read again, because
        a branch that leaves the chain meanwhile could no longer be noticed.
        """
        with transaction.atomic():
            store.start_again(cursor, self._contracts, start=self._start)
            changed, _ = self._undo(cursor.final_number)
        log.warning("a contract has joined; chain %d is read again from block %d", cursor.chain_id, self._start)
        position = min(cursor.block_number, self._start - 1)
        trades = frozenset({event.trade_id for event in changed} - {""})
        return Step(kind="joined", position=position, head=head.number, changed=trades, finals=0)

    def _undo(self, number: int) -> tuple[list[StoredEvent], list[StoredEvent]]:
        """Put aside all events above a height: (those that were seen, those that were final)."""
        chain_id = self._chain.chain_id
        seen, final = store.orphan_after(number, chain_id=chain_id)
        fold.refold({event.trade_id for event in [*seen, *final]}, chain_id=chain_id)
        credit = CreditChanges(read_funded([*seen, *final]))
        credit.add(seen, head=-1, final=0)
        credit.add(final, head=-1, final=-1)
        credit.write(chain_id=chain_id)
        return seen, final

    def _rewind(self, cursor: Cursor, number: int, block_hash: str, *, head: Header) -> Step:
        with transaction.atomic():
            final_number = min(cursor.final_number, number)
            store.move_cursor(cursor, number=number, block_hash=block_hash, head=head, final_number=final_number)
            seen, final = self._undo(number)
            undone = {event.trade_id for event in final} - {""}
            if final:
                raise_alarm(cursor, undone)
        log.warning(
            "the chain went back from block %d to %d; %d events orphaned, %d of them were final",
            cursor.block_number,
            number,
            len(seen) + len(final),
            len(final),
        )
        changed = frozenset({event.trade_id for event in [*seen, *final]} - {""})
        return Step(kind="rewound", position=number, head=head.number, changed=changed, finals=0)
