"""Keeping the sums that accounts may withdraw: each event adds or takes away, on the head and on the final side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from escrow.decode import RawEvent
from escrow.indexer.store import StoredEvent
from escrow.mirror import credit_change
from escrow.models import ChainEvent

_Sums = defaultdict[tuple[str, str, str], list[int]]
_ADD_MORE = """
    INSERT INTO escrow_credit AS credit (chain_id, contract, account, token, head_amount, final_amount)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])
    ON CONFLICT (chain_id, contract, account, token) DO UPDATE SET
        head_amount = credit.head_amount + excluded.head_amount,
        final_amount = credit.final_amount + excluded.final_amount
"""
# A row that begins below nothing would be refused, so rows begin at nothing.
_BEGIN = """
    INSERT INTO escrow_credit (chain_id, contract, account, token, head_amount, final_amount)
    SELECT %s, contract, account, token, 0, 0 FROM unnest(%s::text[], %s::text[], %s::text[])
        AS changed (contract, account, token)
    ON CONFLICT (chain_id, contract, account, token) DO NOTHING
"""
_ADD = """
    UPDATE escrow_credit AS credit
    SET head_amount = head_amount + changed.head, final_amount = final_amount + changed.final
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])
        AS changed (contract, account, token, head, final)
    WHERE chain_id = %s AND (credit.contract, credit.account, credit.token)
        = (changed.contract, changed.account, changed.token)
"""
_CLEAR = "DELETE FROM escrow_credit WHERE chain_id = %s AND head_amount = 0 AND final_amount = 0"
_WITH_FEE = frozenset({"Released", "Resolved"})


class CreditChanges:
    """The changes of one step, summed up before they are written."""

    def __init__(self, funded: Mapping[str, str]) -> None:
        """`funded` holds the payloads of `Funded` by trade id."""
        self._funded = funded
        self._sums: _Sums = defaultdict(lambda: [0, 0])

    def add(self, events: Iterable[RawEvent | StoredEvent], *, head: int, final: int) -> None:
        """Count the events' credits into the two columns, each times 1, 0 or -1. Raises `BadHistory`."""
        for event in events:
            change = credit_change(event.name, event.payload, funded=self._funded.get(event.trade_id))
            if change is not None:
                sums = self._sums[event.contract, change.account, change.token]
                sums[0] += change.amount * head
                sums[1] += change.amount * final

    def write(self, *, chain_id: int) -> None:
        """Write the sums; a credit of nothing has no row."""
        changes = {key: sums for key, sums in self._sums.items() if any(sums)}
        if not changes:
            return
        contracts, accounts, tokens = (list(column) for column in zip(*changes, strict=True))
        heads, finals = (list(column) for column in zip(*changes.values(), strict=True))
        with connection.cursor() as cursor:
            if min(*heads, *finals) >= 0:
                cursor.execute(_ADD_MORE, [chain_id, contracts, accounts, tokens, heads, finals])
                return
            cursor.execute(_BEGIN, [chain_id, contracts, accounts, tokens])
            cursor.execute(_ADD, [contracts, accounts, tokens, heads, finals, chain_id])
            cursor.execute(_CLEAR, [chain_id])


def read_funded(events: Iterable[StoredEvent]) -> dict[str, str]:
    """Return the payload of `Funded` by trade id for events that need it: the id is its digest, so all agree."""
    wanted = {event.trade_id for event in events if event.name in _WITH_FEE}
    rows = ChainEvent.objects.filter(trade_id__in=wanted, name="Funded").values_list("trade_id", "payload")
    return dict(rows)
