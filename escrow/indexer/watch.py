"""After each block: compare the books with the contract, mend them if they are wrong, and say how all of it stands.

1. `reconcile` runs for each block, `EVERY_SECONDS` apart at the least: sums, credits and open trades.
2. A difference that is still there when the same is compared again goes into `ChainReport`: from then on nobody is
   offered to release the coins of the trades concerned, or of any trade if the sums do not fit.
3. The tables are then built anew from the chain, once in `MEND_EVERY` seconds; that counts only if the result is right.
4. The standing of the nodes, and whether they disagree, is written down for `/readyz` and the metrics.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from django.db import DatabaseError, transaction

from escrow.errors import RpcError
from escrow.indexer.rebuild import rebuild
from escrow.indexer.step import Follower, Step
from escrow.models import ChainReport
from escrow.reconcile import Difference, reconcile
from escrow.rpc import Chain

log = logging.getLogger(__name__)
EVERY_SECONDS = 3
MEND_EVERY = 600
REPORT_SECONDS = 2
MOST_TOLD = 50


class NotMended(Exception):
    """Built anew, the tables still differ from the contract: nothing was changed."""


class Watch:
    """Looks after one chain's tables, in the indexer's own thread."""

    def __init__(
        self, chain: Chain, *, contracts: Sequence[str], start: int, new_follower: Callable[[], Follower]
    ) -> None:
        self._chain = chain
        self._contracts = contracts
        self._start = start
        self._new_follower = new_follower
        # Monotonic seconds; none of it has happened yet.
        self._compared_at = self._mended_at = self._reported_at = -1e9
        self._compared_block = -1
        self._suspected: frozenset[str] = frozenset()
        self._told: object = None

    def look(self, step: Step) -> frozenset[str]:
        """Compare after a step if it is time to, and return the trades that are doubted or no longer doubted by it."""
        waited = time.monotonic() - self._compared_at
        if step.has_more or step.position == self._compared_block or waited < EVERY_SECONDS:
            return frozenset()
        self._compared_at = time.monotonic()
        try:
            report = reconcile(self._chain, contracts=self._contracts, only_open=True)
        except RpcError as error:  # the tables or the node moved on meanwhile; the next block is compared again
            log.info("nothing was compared: %s", error)
            return frozenset()
        self._compared_block = step.position
        faults = [difference for difference in report.differences if difference.is_fault]
        before, now = _doubted(self._chain), frozenset(fault.subject for fault in faults)
        if not faults:
            self._suspected = frozenset()
            _keep(self._chain, [], block=report.block_number)
            return before
        if not now & (self._suspected | before):
            # Once is no proof: a node may answer from two blocks at a time. The same block is compared again.
            self._suspected, self._compared_block = now, -1
            return frozenset()
        _keep(self._chain, faults, block=report.block_number)
        self._compared_block = -1  # a doubt is looked into until it is cleared, new block or not
        for fault in faults if now != before else ():
            log.error("the books differ from the contract: %s", fault)
        self.mend()
        return before | now

    def mend(self) -> None:
        """Build the tables anew from the chain, if that was not tried lately; kept only if they equal the contract."""
        if time.monotonic() - self._mended_at < MEND_EVERY:
            return
        self._mended_at = time.monotonic()
        self._compared_block = -1
        try:
            with transaction.atomic():
                rebuild(self._chain, follower=self._new_follower(), start=self._start)
                self._expect_clean()
        except (NotMended, RpcError):
            log.exception("building the tables anew did not help")
        else:
            log.warning("the tables were built anew and equal the contract again")

    def _expect_clean(self) -> None:
        report = reconcile(self._chain, contracts=self._contracts)
        if not report.is_clean:
            raise NotMended(", ".join(str(difference) for difference in report.differences[:3]))
        _keep(self._chain, [], block=report.block_number)

    def report(self, *, disagree_at: int) -> None:
        """Write how the nodes stand, and whether they disagree about blocks up to a height (0: they do not)."""
        told = [(one.kind, one.reason) for one in self._chain.report()], bool(disagree_at)
        if told == self._told or time.monotonic() - self._reported_at < REPORT_SECONDS:
            return
        self._reported_at = time.monotonic()
        try:
            row, _ = ChainReport.objects.get_or_create(chain_id=self._chain.chain_id)
            since = (row.disagree_since or datetime.now(UTC)) if disagree_at else None
            nodes = [one.to_json() for one in self._chain.report()]
            ChainReport.objects.filter(chain_id=row.chain_id).update(nodes=nodes, disagree_since=since)
        except DatabaseError:  # the step itself tells of a lost database
            return
        self._told = told


def _doubted(chain: Chain) -> frozenset[str]:
    row = ChainReport.objects.filter(chain_id=chain.chain_id).first()
    return frozenset(row.differing if row else ())


def _keep(chain: Chain, faults: Sequence[Difference], *, block: int) -> None:
    now = datetime.now(UTC)
    ChainReport.objects.get_or_create(chain_id=chain.chain_id)
    row = ChainReport.objects.filter(chain_id=chain.chain_id)
    row.update(
        reconciled_block=block,
        reconciled_at=now,
        differing=[fault.subject for fault in faults][:MOST_TOLD],
        sums_differ=any(not fault.is_about_a_trade for fault in faults),
    )
