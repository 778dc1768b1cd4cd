"""Bringing the mirror up to date with the events of the trades that changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db import connection

from escrow.decode import read_event
from escrow.events import Funded, Released, Resolved
from escrow.indexer.store import StoredEvent
from escrow.mirror import EscrowState, Happened, credit_change, fold
from escrow.models import ChainEvent, Credit, Escrow
from escrow.terms import Terms

# The terms are never written twice: the trade id is their digest.
_PARTS = ("status", "deadline", "block", "tx_hash", "to_buyer", "to_seller", "fee")
_MOVING = [f"{side}_{part}" for side in ("head", "final") for part in _PARTS]


def refresh_escrows(trade_ids: Iterable[str], *, chain_id: int) -> None:
    """Rebuild the rows of `trade_ids` from their events; a trade without any goes.

    The whole history of a trade is folded each time: it is short, and nothing can drift.
    """
    wanted = {trade_id for trade_id in trade_ids if trade_id}
    rows = (
        ChainEvent.objects.filter(chain_id=chain_id, trade_id__in=wanted)
        .exclude(state="orphaned")
        .order_by("trade_id", "block_number", "log_index")
        .values_list("trade_id", "contract", "state", "name", "payload", "block_number", "tx_hash")
    )
    fresh = []
    for trade_id, group in groupby(rows, key=lambda row: row[0]):
        history = list(group)
        happened = [Happened(read_event(row[3], row[4]), row[5], row[6]) for row in history]
        newest = fold(happened)
        final = fold(one for one, row in zip(happened, history, strict=True) if row[2] == "final")
        if newest is not None:
            fresh.append(_row(newest, final, chain_id=chain_id, contract=history[0][1]))
            wanted.discard(trade_id)
    Escrow.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["trade_id"], update_fields=_MOVING, batch_size=500
    )
    if wanted:
        Escrow.objects.filter(trade_id__in=wanted).delete()


def _row(newest: EscrowState, final: EscrowState | None, *, chain_id: int, contract: str) -> Escrow:
    terms = newest.terms
    return Escrow(
        trade_id=newest.trade_id,
        chain_id=chain_id,
        contract=contract,
        seller=terms.seller,
        buyer=terms.buyer,
        token=terms.token,
        amount=terms.amount,
        arbiter=terms.arbiter,
        fee_recipient=terms.fee_recipient,
        fee_bps=terms.fee_bps,
        pay_by=terms.pay_by,
        confirm_window=terms.confirm_window,
        arbitration_window=terms.arbitration_window,
        fallback_buyer_bps=terms.fallback_buyer_bps,
        details=terms.details,
        salt=terms.salt,
        head_status=newest.status,
        head_deadline=newest.deadline,
        head_block=newest.block_number,
        head_tx_hash=newest.tx_hash,
        head_to_buyer=newest.to_buyer,
        head_to_seller=newest.to_seller,
        head_fee=newest.fee,
        final_status=final.status if final else "none",
        final_deadline=final.deadline if final else 0,
        final_block=final.block_number if final else None,
        final_tx_hash=final.tx_hash if final else "",
        final_to_buyer=final.to_buyer if final else 0,
        final_to_seller=final.to_seller if final else 0,
        final_fee=final.fee if final else 0,
    )


def change_credits(events: Sequence[StoredEvent], *, chain_id: int, head: int, final: int) -> None:
    """Add the events' credits to the head and final columns, each times 1, 0 or -1."""
    terms = _terms_of({event.trade_id for event in events if event.name in {Released.name, Resolved.name}})
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for event in events:
        change = credit_change(read_event(event.name, event.payload), terms=terms.get(event.trade_id))
        if change is not None:
            sums[event.contract, change.account, change.token] += change.amount
    if not sums:
        return
    Credit.objects.bulk_create(
        [
            Credit(chain_id=chain_id, contract=contract, account=account, token=token)
            for contract, account, token in sums
        ],
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE escrow_credit SET head_amount = head_amount + %s, final_amount = final_amount + %s"
            " WHERE chain_id = %s AND contract = %s AND account = %s AND token = %s",
            [(amount * head, amount * final, chain_id, *key) for key, amount in sums.items()],
        )
    Credit.objects.filter(chain_id=chain_id, head_amount=0, final_amount=0).delete()


def _terms_of(trade_ids: set[str]) -> dict[str, Terms]:
    """Return the terms by trade id, from any event that told them: the id is their digest, so all tell the same."""
    found = {}
    rows = ChainEvent.objects.filter(trade_id__in=trade_ids, name=Funded.name).values_list("trade_id", "payload")
    for trade_id, payload in rows:
        event = read_event(Funded.name, payload)
        assert isinstance(event, Funded)
        found[trade_id] = event.terms
    return found
