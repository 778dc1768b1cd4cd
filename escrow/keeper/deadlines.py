"""What passed deadlines ask for: refunds, escalations and fallback splits, done for users who are not there."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from escrow import calls
from escrow.calls import Call
from escrow.events import OPEN
from escrow.models import Cursor, Escrow, Intent
from escrow.terms import Domain, Terms

# Status: (purpose, the call anyone may send once its deadline has passed).
_DUE: dict[str, tuple[str, Callable[[Terms, Domain], Call]]] = {
    "funded": ("refund_expired", calls.refund_expired),
    "paid": ("escalate", calls.escalate),
    "disputed": ("resolve_expired", calls.resolve_expired),
}
# The contract wants the block's time to be past the deadline, not at it.
MARGIN_SECONDS = 1
AT_ONCE = 100
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)
_ALIVE = {Intent.State.QUEUED, Intent.State.SENT, Intent.State.MINED}


def queue_due(*, chain_id: int, now: datetime) -> int:
    """Queue calls for open escrows whose deadline has passed, a few hundred at once, and return how many.

    Time is the chain's: that of its newest block, or of the clock where no block was mined since. Whether it is really
    late enough is found out by trying the call before it is sent.
    """
    head_time = Cursor.objects.filter(chain_id=chain_id).values_list("head_time", flat=True).first()
    if head_time is None:
        return 0
    late = max(head_time, int(now.timestamp())) - MARGIN_SECONDS
    rows = Escrow.objects.filter(chain_id=chain_id, head_status__in=OPEN, head_deadline__lt=late)
    fresh: list[Intent] = []
    # Those that cannot be sent, for whatever reason, stay in front: they must not hide the others.
    ordered = rows.order_by("head_deadline", "trade_id").iterator(chunk_size=AT_ONCE)
    for due in iter(lambda: list(islice(ordered, AT_ONCE)), []):
        earlier = _earlier([row.trade_id for row in due])
        for row in due:
            tries = earlier[row.trade_id, _DUE[row.head_status][0]]
            if _may_ask(tries, now=now):
                fresh.append(_intent(row, number=len(tries), now=now))
        if len(fresh) >= AT_ONCE:
            break
    Intent.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _earlier(trade_ids: list[str]) -> defaultdict[tuple[str, str], list[Intent]]:
    found: defaultdict[tuple[str, str], list[Intent]] = defaultdict(list)
    for intent in Intent.objects.filter(trade_id__in=trade_ids, account="").order_by("created_at"):
        found[intent.trade_id, intent.purpose].append(intent)
    return found


def _may_ask(earlier: list[Intent], *, now: datetime) -> bool:
    """Return whether none is under way, and the last failure is long enough ago: ever longer with each."""
    if not earlier:
        return True
    if any(intent.state in _ALIVE for intent in earlier):
        return False
    pause: timedelta = min(FIRST_RETRY * 2 ** min(len(earlier) - 1, 10), LAST_RETRY)
    return now - earlier[-1].created_at > pause


def _intent(row: Escrow, *, number: int, now: datetime) -> Intent:
    purpose, build = _DUE[row.head_status]
    call = build(row.terms, row.domain)
    return Intent(
        # The number keeps two keepers from queuing the same try twice, and lets a failed one be tried anew.
        key=f"deadline:{purpose}:{row.trade_id}:{number}",
        purpose=purpose,
        trade_id=row.trade_id,
        chain_id=row.chain_id,
        to=call.to,
        data=call.data,
        due_at=now,
        created_at=now,
    )
