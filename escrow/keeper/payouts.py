"""Payouts that could not be pushed are tried again: the receiver may have been mended, or taken off a token's list.

Only payouts to traders; fees wait for their owner. The coins go to the credited account itself and nowhere else, and
who wants them elsewhere calls `withdraw`.
"""

from datetime import datetime, timedelta

from escrow import calls
from escrow.decode import read_event
from escrow.events import Credited
from escrow.models import ChainEvent, Credit, Intent
from escrow.terms import Domain

PURPOSE = "withdraw_for"
FIRST_RETRY, LAST_RETRY = timedelta(minutes=10), timedelta(days=1)
_ALIVE = {Intent.State.QUEUED, Intent.State.SENT, Intent.State.MINED}


def queue_failed(*, chain_id: int, now: datetime) -> int:
    """Queue one more try for each credited payout that is due for it, and return how many. Trying costs nothing."""
    waiting = set(
        Credit.objects.filter(chain_id=chain_id, final_amount__gt=0).values_list("contract", "account", "token")
    )
    if not waiting:
        return 0
    rows = ChainEvent.objects.filter(chain_id=chain_id, name=Credited.name, state="final").order_by("id")
    fresh: dict[str, Intent] = {}
    for row in rows.iterator():
        event = read_event(row.name, row.payload)
        assert isinstance(event, Credited)
        if (row.contract, event.account, event.token) not in waiting:
            continue
        subject = f"payout:{chain_id}:{row.contract}:{event.account}:{event.token}"
        earlier = list(Intent.objects.filter(key__startswith=f"{subject}:").order_by("created_at"))
        if subject in fresh or not _is_due(earlier, credited_at=row.block_time, now=now):
            continue
        call = calls.withdraw_for(
            Domain(chain_id=chain_id, contract=row.contract), account=event.account, token=event.token
        )
        fresh[subject] = Intent(
            key=f"{subject}:{len(earlier)}",
            purpose=PURPOSE,
            trade_id=row.trade_id,
            chain_id=chain_id,
            to=call.to,
            data=call.data,
            due_at=now,
            created_at=now,
        )
    Intent.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    return len(fresh)


def _is_due(earlier: list[Intent], *, credited_at: int, now: datetime) -> bool:
    """Return whether none is under way and the last try is long enough ago: twice as long after each."""
    if any(intent.state in _ALIVE and intent.closed_at is None for intent in earlier):
        return False
    if not earlier:
        return now.timestamp() - credited_at > FIRST_RETRY.total_seconds()
    pause: timedelta = min(FIRST_RETRY * 2 ** min(len(earlier), 12), LAST_RETRY)
    return now - earlier[-1].created_at > pause
