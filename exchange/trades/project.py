"""Final chain events become trades' states, in chain order, each exactly once however often this runs.

1. The cursor row is locked, so that one process at a time projects; the others wait and find nothing left.
2. Events are pulled in order of their final position, each applied in a savepoint; the cursor moves with them.
3. An event of a trade we do not know is none of our business. One that was seen before changes nothing.
4. An event that contradicts what was final before freezes that trade and is reported; it never stops the others.
"""

import logging
from collections.abc import Iterable

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from escrow import queries as chain
from escrow.queries import FinalEvent
from exchange.core import audit, clock
from exchange.core.hints import hint
from exchange.trades import decide, events
from exchange.trades.apply import CHAIN, SYSTEM, Change, apply
from exchange.trades.models import EventCursor, Trade
from exchange.trades.states import MONEY_STATES, State

CURSOR = "trades"
log = logging.getLogger(__name__)


def on_chain_step(trade_ids: Iterable[str]) -> None:
    """Follow one committed step of the indexer that touched these escrows: project, compare, tell the open pages."""
    ids = list(trade_ids)
    project_events()
    touched = list(Trade.objects.filter(trade_id__in=ids))
    for trade in touched:
        hint(f"trade:{trade.code}", {"t": "chain", "id": trade.code, "v": trade.version})
    compare_with_chain(touched)


def project_events(*, limit: int = 500) -> int:
    """Apply the final events after the cursor and return how many there were."""
    done = 0
    while True:
        count = _project_batch(limit=limit)
        done += count
        if count < limit:
            return done


def _project_batch(*, limit: int) -> int:
    with transaction.atomic():
        cursor, _ = EventCursor.objects.select_for_update().get_or_create(name=CURSOR)
        pulled = chain.final_events(after=cursor.position, limit=limit)
        ours = set(
            Trade.objects.filter(trade_id__in={event.trade_id for event in pulled}).values_list("trade_id", flat=True)
        )
        for event in pulled:
            if event.trade_id in ours:
                _project_one(event)
            cursor.position = event.position
        if pulled:
            cursor.save(update_fields=["position"])
        if not ours:
            _commit_lazily()
    return len(pulled)


def _commit_lazily() -> None:
    """Let this transaction not wait for the disk: after a crash, events of others' trades are passed over once more."""
    with connection.cursor() as sql:
        sql.execute("SET LOCAL synchronous_commit TO off")


def _project_one(event: FinalEvent) -> None:
    try:
        with transaction.atomic():
            trade = Trade.objects.select_for_update().filter(trade_id=event.trade_id).first()
            if trade is not None:
                follow(trade, event)
    except OperationalError:  # the database is busy or away: the whole batch is tried again
        raise
    except Exception as error:  # one bad event must not hold up every other trade: freeze its own and go on
        log.exception("event %s of trade %s cannot be applied", event.name, event.trade_id)
        _freeze(event.trade_id, reason=f"{event.name}: {type(error).__name__}")


def follow(trade: Trade, event: FinalEvent) -> None:
    """Apply one final event to the locked row `trade`; nothing happens if it is known already."""
    if event.name not in decide.EVENTS:
        remark = events.remark_of(event)
        if remark is not None and not events.is_recorded(trade, event, kind=remark.kind, facts=remark.facts):
            apply(trade, remark, by=CHAIN, now=clock.now(), event=event)
        return
    state = State(trade.state)
    target = decide.transition(state, event.name)
    if target is state:
        if not events.is_recorded(trade, event, kind=str(decide.EVENTS[event.name])):
            apply(trade, events.belated(event), by=CHAIN, now=clock.now(), event=event)
        return
    change = events.change_of(trade, event, target=target)
    apply(trade, change, by=CHAIN, now=clock.now(), event=event)


def compare_with_chain(trades: Iterable[Trade]) -> None:
    """Freeze trades whose final events the chain has taken back, and thaw those that agree with it again."""
    money = [trade for trade in trades if State(trade.state) in MONEY_STATES]
    if not money:
        return
    undone = chain.reorged_trades()
    escrows = chain.escrows_of([trade.trade_id for trade in money])
    for trade in money:
        escrow = escrows.get(trade.trade_id)
        agrees = escrow is not None and escrow.final_status == trade.state
        if trade.is_frozen and agrees:
            _thaw(trade)
        elif not trade.is_frozen and not agrees and trade.trade_id in undone:
            _freeze(trade.trade_id, reason=f"final status is {escrow.final_status if escrow else 'none'}")


def compare_suspects() -> None:
    """Compare every trade that is frozen or that the chain has an alarm about."""
    compare_with_chain(Trade.objects.filter(Q(is_frozen=True) | Q(trade_id__in=chain.reorged_trades())))


def _freeze(trade_id: str, *, reason: str) -> None:
    with transaction.atomic():
        trade = Trade.objects.select_for_update().filter(trade_id=trade_id, is_frozen=False).first()
        if trade is None:
            return
        log.error("trade %s is frozen: %s", trade.code, reason)
        audit.record("trade.frozen", by=SYSTEM, subject=trade.code, data={"reason": reason})
        change = Change(kind="frozen", columns={"is_frozen": True}, facts={"reason": reason})
        apply(trade, change, by=SYSTEM, now=clock.now())


def _thaw(trade: Trade) -> None:
    with transaction.atomic():
        locked = Trade.objects.select_for_update().filter(pk=trade.pk, is_frozen=True).first()
        if locked is None:
            return
        audit.record("trade.thawed", by=SYSTEM, subject=locked.code)
        apply(locked, Change(kind="thawed", columns={"is_frozen": False}), by=SYSTEM, now=clock.now())
