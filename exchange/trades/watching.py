"""Following the transactions that people's own wallets told us of, so that a page never waits for one that is lost.

Moves no state of a trade: the chain's events do. A transaction that no node knows for a while counts as dropped.
"""

from datetime import datetime, timedelta

from escrow import queries as chain
from exchange.core.hints import hint
from exchange.trades.models import Trade, TransactionHint
from exchange.trades.states import OPEN

FORGOTTEN_AFTER = timedelta(minutes=2)
BATCH = 100


def watch(now: datetime) -> int:
    """Ask about every transaction that still waits, and tell pages what changed; return how many changed."""
    waiting = TransactionHint.objects.filter(state__in=["waiting", "unknown"], trade__state__in=sorted(OPEN))
    changed = 0
    for told in waiting.select_related("trade", "account").order_by("id")[:BATCH]:
        try:
            changed += follow(told, now=now)
        except chain.Unavailable:  # the next round asks again; the page goes on showing what is known
            return changed
    return changed


def follow(told: TransactionHint, *, now: datetime) -> bool:
    """Ask about one transaction; return whether what is known of it changed. Raises `Unavailable`."""
    trade: Trade = told.trade
    fate = chain.fate_of(told.hash, sender=told.account.address, nonce=told.nonce, chain_id=int(trade.chain_id))
    state = fate.state
    if state == "unknown" and now - told.created_at > FORGOTTEN_AFTER:
        state = "dropped"
    if (state, fate.nonce) == (told.state, told.nonce):
        return False
    TransactionHint.objects.filter(pk=told.pk).update(state=state, nonce=fate.nonce)
    hint(f"trade:{trade.code}", {"t": "chain", "id": trade.code, "v": trade.version})
    return True
