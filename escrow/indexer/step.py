"""One step of following the chain. After each, the tables are a true picture up to the cursor's block.

1. Ask a node for its newest block and for its block at the cursor's height.
2. The two agree: scan the next range; store events and headers, make final what is deep enough, fold what changed.
3. They do not: go back to the newest block we share, mark what lay above orphaned, fold again. If final events were
   undone, raise the alarm for their trades; the next steps carry on as usual.
Each step is one transaction that moves the cursor from the block it was read at, so that a crash at any line, or a
second indexer started by mistake, changes nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from escrow.indexer import fold, reorg, scan, store
from escrow.indexer.finalise import finalise
from escrow.models import ChainEvent, Cursor
from escrow.rpc import Chain, Node

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


class Follower:
    """Follows one chain's contracts; remembers only how much to ask for at once."""

    def __init__(self, chain: Chain, *, contracts: Sequence[str], start: int, confirmations: int) -> None:
        self._chain = chain
        self._contracts = contracts
        self._start = start
        self._confirmations = confirmations
        self._size = scan.ChunkSize()

    def step(self, *, until: int | None = None) -> Step:
        """Do one step, as if block `until` were the newest if it is given.

        Raises `Unavailable` when no node can be used, `LostRace` when another indexer was faster.
        """
        return self._chain.ask(lambda node: self._step(node, until=until))

    def _step(self, node: Node, *, until: int | None) -> Step:
        cursor = store.load_cursor(chain_id=self._chain.chain_id, start=self._start)
        head, here = scan.read_head(node, known=cursor.block_number if cursor.block_hash else -1, until=until)
        if reorg.has_left(node, cursor, head=head, here=here):
            return self._go_back(node, cursor, head=head)
        if head.number > cursor.block_number:
            return self._go_on(node, cursor, head=head)
        store.touch_cursor(cursor, head=head)
        return Step(kind="idle", position=cursor.block_number, head=head.number, changed=frozenset(), finals=0)

    def _go_on(self, node: Node, cursor: Cursor, *, head: scan.Header) -> Step:
        chain_id = self._chain.chain_id
        keep_from = head.number - self._confirmations - SPARE_HEADERS + 1
        found = scan.scan_adapting(
            node,
            self._size,
            start=cursor.block_number + 1,
            head=head,
            before=cursor.block_hash,
            keep_from=keep_from,
            contracts=self._contracts,
        )
        kept = {event.block_number for event in found.events} | set(range(keep_from, head.number + 1))
        with transaction.atomic():
            store.move_cursor(cursor, number=found.end.number, block_hash=found.end.hash, head=head)
            store.put_blocks([found.headers[number] for number in found.headers.keys() & kept], chain_id=chain_id)
            new = store.put_events(found.events, found.headers, chain_id=chain_id)
            final = finalise(chain_id=chain_id, up_to=min(found.end.number, head.number - self._confirmations + 1))
            changed = {event.trade_id for event in [*new, *final]}
            fold.refresh_escrows(changed, chain_id=chain_id)
            fold.change_credits(new, chain_id=chain_id, head=1, final=0)
            fold.change_credits(final, chain_id=chain_id, head=0, final=1)
            store.forget_blocks(chain_id=chain_id, after=self._oldest_kept(cursor), below=keep_from)
            waiting = ChainEvent.objects.filter(chain_id=chain_id, state="seen").values_list("trade_id", flat=True)
            changed.update(waiting)
        return Step(
            kind="scanned",
            position=found.end.number,
            head=head.number,
            changed=frozenset(changed - {""}),
            finals=len(final),
        )

    def _oldest_kept(self, cursor: Cursor) -> int:
        """Return a height below which the last step has forgotten already."""
        return cursor.head_number - self._confirmations - SPARE_HEADERS - 1

    def _go_back(self, node: Node, cursor: Cursor, *, head: scan.Header) -> Step:
        chain_id = self._chain.chain_id
        number, block_hash = reorg.find_ancestor(node, chain_id=chain_id, start=self._start, head=head)
        with transaction.atomic():
            store.move_cursor(cursor, number=number, block_hash=block_hash, head=head)
            seen, final = store.orphan_after(number, chain_id=chain_id)
            fold.refresh_escrows({event.trade_id for event in [*seen, *final]}, chain_id=chain_id)
            fold.change_credits(seen, chain_id=chain_id, head=-1, final=0)
            fold.change_credits(final, chain_id=chain_id, head=-1, final=-1)
            undone = {event.trade_id for event in final} - {""}
            if final:
                _raise_alarm(cursor, undone)
        log.warning(
            "the chain went back from block %d to %d; %d events orphaned, %d of them were final",
            cursor.block_number,
            number,
            len(seen) + len(final),
            len(final),
        )
        changed = frozenset({event.trade_id for event in [*seen, *final]} - {""})
        return Step(kind="rewound", position=number, head=head.number, changed=changed, finals=0)


def _raise_alarm(cursor: Cursor, trade_ids: set[str]) -> None:
    Cursor.objects.filter(chain_id=cursor.chain_id).update(
        alarm_at=datetime.now(UTC), alarm_trades=sorted({*cursor.alarm_trades, *trade_ids})
    )


def clear_alarm(*, chain_id: int) -> None:
    """A person has looked at the trades concerned."""
    Cursor.objects.filter(chain_id=chain_id).update(alarm_at=None, alarm_trades=[])
