"""How well we follow the chain and act on it, computed from what was really read and done: never from "it is running".

`chain_health` says whether what we show is fresh and whole, `keeper_health` whether what people signed gets sent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Min

from escrow.models import Block, ChainReport, Cursor, Intent, KeeperState

# Without an answer from a node for so long, what we show may be old. The age of the newest block says nothing: a quiet
# local chain mines none for hours.
STALE_AFTER = timedelta(seconds=60)
# A node answers, but blocks wait to be read: so many, or fewer that are as old as the above.
MOST_BEHIND, FEW_BEHIND = 64, 3
# Nodes fail now and then; all of them for so long is news.
DOWN_AFTER = timedelta(seconds=15)
# Something a person signed and that is due should be on its way by then.
INTENT_PATIENCE = timedelta(minutes=10)
KEEPER_SILENCE = timedelta(seconds=60)
# Wei: some dozens of transactions at ordinary fees.
LOW_BALANCE = 10**16


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeHealth:
    """One node: `kind` is `ok`, or why it is set aside."""

    label: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHealth:
    """`head` is the newest block read; `reorg_alarm` is set when final events were undone and a person must look.

    `is_down`: no node can be used at all. `is_stale`: what we show may be old, by `age_seconds`. `nodes_disagree`:
    nothing becomes final until they tell the same. `books_differ`: our tables are not what the contract says.
    """

    head: int | None
    head_time: datetime | None
    last_seen_at: datetime | None
    age_seconds: int | None
    blocks_behind: int
    is_down: bool
    is_stale: bool
    reorg_alarm: bool
    nodes_disagree: bool
    books_differ: bool
    reconciled_block: int | None
    nodes: tuple[NodeHealth, ...]

    @property
    def word(self) -> str:
        """The worst that is true, in a word or two; `ok` if nothing is amiss."""
        worst = (
            (self.reorg_alarm, "deep reorganisation"),
            (self.books_differ, "books differ"),
            (self.is_down, "unreachable"),
            (self.is_stale, "stale"),
            (self.nodes_disagree, "nodes disagree"),
        )
        return next((word for holds, word in worst if holds), "ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperHealth:
    """`balance` in wei and the heartbeat's age, None without a keeper; `oldest_intent_seconds` counts what is due."""

    balance: int | None
    silent_seconds: int | None
    oldest_intent_seconds: int

    @property
    def word(self) -> str:
        """The worst that is true, in a word or two; `none` where no keeper ever ran."""
        if self.balance is None or self.silent_seconds is None:
            return "none"
        worst = (
            (self.silent_seconds > KEEPER_SILENCE.total_seconds(), "silent"),
            (self.oldest_intent_seconds > INTENT_PATIENCE.total_seconds(), "intents wait"),
            (self.balance < LOW_BALANCE, "low balance"),
        )
        return next((word for holds, word in worst if holds), "ok")


def chain_health(*, now: datetime | None = None, chain_id: int | None = None) -> ChainHealth:
    """Return how fresh and whole our picture of a chain is, by default that of new trades."""
    moment, chain_id = now or datetime.now(UTC), settings.CHAIN_ID if chain_id is None else chain_id
    cursor = Cursor.objects.filter(chain_id=chain_id).first()
    report = ChainReport.objects.filter(chain_id=chain_id).first() or ChainReport(chain_id=chain_id)
    nodes = tuple(NodeHealth(label=one["label"], kind=one["kind"], reason=one["reason"]) for one in report.nodes)
    polled = cursor.polled_at if cursor is not None else None
    age = moment - polled if polled is not None else None
    behind, late = _behind(cursor)
    is_old = age is None or age > STALE_AFTER or behind > MOST_BEHIND or (behind > FEW_BEHIND and late > STALE_AFTER)
    has_failed = bool(nodes) and all(node.kind != "ok" for node in nodes)
    return ChainHealth(
        head=cursor.head_number if cursor is not None and age is not None else None,
        head_time=datetime.fromtimestamp(cursor.head_time, UTC) if cursor is not None and age is not None else None,
        last_seen_at=polled,
        age_seconds=None if age is None else max(0, int(max(age, late).total_seconds())),
        blocks_behind=behind,
        is_down=age is None or (has_failed and age > DOWN_AFTER),
        is_stale=is_old,
        reorg_alarm=cursor is not None and cursor.alarm_at is not None,
        nodes_disagree=report.disagree_since is not None,
        books_differ=bool(report.differing) or report.sums_differ,
        reconciled_block=report.reconciled_block if report.reconciled_at else None,
        nodes=nodes,
    )


def keeper_health(*, now: datetime | None = None, chain_id: int | None = None) -> KeeperHealth:
    """Return whether what people signed for a chain gets sent."""
    moment, chain_id = now or datetime.now(UTC), settings.CHAIN_ID if chain_id is None else chain_id
    keeper = KeeperState.objects.filter(chain_id=chain_id).first()
    waiting = Intent.objects.filter(chain_id=chain_id, state__in=["queued", "sent"], due_at__lte=moment)
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    beat = keeper.heartbeat_at if keeper is not None else None
    return KeeperHealth(
        balance=keeper.balance if keeper is not None and beat is not None else None,
        silent_seconds=None if beat is None else max(0, int((moment - beat).total_seconds())),
        oldest_intent_seconds=0 if oldest is None else max(0, int((moment - oldest).total_seconds())),
    )


def _behind(cursor: Cursor | None) -> tuple[int, timedelta]:
    """Return how many blocks wait to be read and how much older ours is than the newest."""
    behind = max(0, cursor.head_number - cursor.block_number) if cursor is not None else 0
    if cursor is None or behind <= FEW_BEHIND:
        return behind, timedelta(0)
    ours = Block.objects.filter(chain_id=cursor.chain_id, number=cursor.block_number).first()
    return behind, timedelta(seconds=max(0, cursor.head_time - ours.timestamp) if ours is not None else 0)
