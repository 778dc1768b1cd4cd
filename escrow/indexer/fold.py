"""Bringing the mirror up to date with the events of the trades that changed.

The whole history of a trade is folded each time: it is short, and nothing can drift. A trade whose first event is among
the new ones has its whole history in memory, and is folded where the range is read (`begin`), while the range before
is written; the others' is read back. Rows are written with COPY, new ones straight into the table, the rest through a
stage.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec
from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper

from escrow.decode import RawEvent, read_address
from escrow.mirror import BadHistory, EscrowState, step
from escrow.models import ChainEvent, Escrow

# Column by column what a row says: first what never changes, then the head, then the final side.
_TERMS = (
    *("trade_id", "chain_id", "contract", "seller", "buyer", "token", "amount", "arbiter", "fee_recipient", "fee_bps"),
    *("pay_by", "confirm_window", "arbitration_window", "fallback_buyer_bps", "details", "salt"),
)
_PARTS = ("status", "deadline", "block", "tx_hash", "to_buyer", "to_seller", "fee")
_MOVING = tuple(f"{side}_{part}" for side in ("head", "final") for part in _PARTS)
_COLUMNS = ", ".join((*_TERMS, *_MOVING))
_APPEND = f"COPY escrow_escrow ({_COLUMNS}) FROM STDIN"
_STAGE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS escrow_escrow_stage (LIKE escrow_escrow INCLUDING DEFAULTS)"
    " ON COMMIT DELETE ROWS"
)
_COPY = f"COPY escrow_escrow_stage ({_COLUMNS}) FROM STDIN"
_MERGE = f"""
    INSERT INTO escrow_escrow ({_COLUMNS}) SELECT {_COLUMNS} FROM escrow_escrow_stage
    ON CONFLICT (trade_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _MOVING)}
"""  # noqa: S608 (names only)
_NOT_FINAL = "none\t0\t\\N\t\t0\t0\t0"


class Begun(NamedTuple):
    """The trades of some events: last state and history of those that begin there, and the ids of the others."""

    fresh: list[tuple[EscrowState, tuple[RawEvent, ...]]]
    older: set[str]


class Row(msgspec.Struct, frozen=True, gc=False):
    """What a trade's row says: its head, its final side if there is one, and the contract that holds the coins."""

    state: EscrowState
    final: EscrowState | None
    contract: str


def begin(events: Sequence[RawEvent]) -> Begun:
    """Fold the trades that begin in `events`, which is all there is to know of them. Raises `BadHistory`."""
    histories: defaultdict[str, list[RawEvent]] = defaultdict(list)
    for event in events:
        histories[event.trade_id].append(event)
    histories.pop("", None)
    # Tuples of what holds text alone: the garbage collector soon leaves them alone, lists it would visit for ever.
    fresh = [(_fold(history), tuple(history)) for history in histories.values() if history[0].name == "Funded"]
    # In the key's order, which is how an index takes many at once in the shortest time.
    fresh.sort(key=lambda one: one[0].trade_id)
    return Begun(fresh, {one for one, history in histories.items() if history[0].name != "Funded"})


def fold_in(begun: Begun, *, moved: Iterable[str], chain_id: int, final_to: int) -> dict[str, EscrowState]:
    """Bring the rows of all trades with new events, and of those `moved` names, up to date. Returns their states.

    Events up to height `final_to` are final. Raises `BadHistory`.
    """
    older = {*moved, *begun.older}
    fresh = [
        Row(state, _fold_final(history, state=state, final_to=final_to), history[0].contract)
        for state, history in begun.fresh
        if state.trade_id not in older
    ]
    changed = _reread(older, chain_id=chain_id, final_to=final_to)
    _append(fresh, chain_id=chain_id)
    _merge(changed, chain_id=chain_id)
    return {row.state.trade_id: row.state for row in (*fresh, *changed)}


def refold(trade_ids: Iterable[str], *, chain_id: int) -> dict[str, EscrowState]:
    """Rebuild the rows of `trade_ids` from their stored events; a trade without any goes. Returns the states left."""
    wanted = {trade_id for trade_id in trade_ids if trade_id}
    kept = _reread(wanted, chain_id=chain_id, final_to=None)
    _merge(kept, chain_id=chain_id)
    states = {row.state.trade_id: row.state for row in kept}
    gone = wanted - states.keys()
    if gone:
        Escrow.objects.filter(trade_id__in=gone).delete()
    return states


def _reread(trade_ids: set[str], *, chain_id: int, final_to: int | None) -> list[Row]:
    if not trade_ids:
        return []
    rows = (
        ChainEvent.objects.filter(chain_id=chain_id, trade_id__in=trade_ids)
        .exclude(state="orphaned")
        .order_by("trade_id", "block_number", "log_index")
        .values_list(*RawEvent.__struct_fields__, "state")
    )
    found = []
    for _, group in groupby(rows.iterator(chunk_size=5_000), key=lambda row: row[6]):
        history = list(group)
        final = max((row[0] for row in history if row[8] == "final"), default=-1) if final_to is None else final_to
        told = [RawEvent(*row[:8]) for row in history]
        state = _fold(told)
        found.append(Row(state, _fold_final(told, state=state, final_to=final), told[0].contract))
    return found


def _fold(history: Sequence[RawEvent]) -> EscrowState:
    state: EscrowState | None = None
    contract = history[0].contract
    for event in history:
        if event.contract != contract:
            raise BadHistory(f"{event.trade_id} has events of two contracts")
        state = step(state, event)
    assert state is not None
    return state


def _fold_final(history: Sequence[RawEvent], *, state: EscrowState, final_to: int) -> EscrowState | None:
    """Return the state after the events up to a height; `state` is that after all of them."""
    if history[-1].block_number <= final_to:
        return state
    deep = [event for event in history if event.block_number <= final_to]
    return _fold(deep) if deep else None


def _lines(rows: Iterable[Row], *, chain_id: int) -> Iterator[str]:
    for row in rows:
        state, final = row.state, row.final
        head = _moving(state)
        side = head if final is state else _moving(final) if final is not None else _NOT_FINAL
        yield f"{state.trade_id}\t{chain_id}\t{row.contract}\t{_terms(state)}\t{head}\t{side}\n"


def _terms(state: EscrowState) -> str:
    """Return the terms' columns from the words of the `Funded` event."""
    words = state.funded
    try:
        seller, buyer, token = read_address(words[192:256]), read_address(words[256:320]), read_address(words[320:384])
        arbiter, fees_to = read_address(words[448:512]), read_address(words[512:576])
    except ValueError as error:
        raise BadHistory(f"{state.trade_id} was funded with impossible terms") from error
    return (
        f"{seller}\t{buyer}\t{token}\t{state.amount}\t{arbiter}\t{fees_to}\t{int(words[576:640], 16)}\t"
        f"{int(words[640:704], 16)}\t{int(words[704:768], 16)}\t{int(words[768:832], 16)}\t{int(words[832:896], 16)}\t"
        f"0x{words[896:960]}\t{int(words[960:1024], 16)}"
    )


def _moving(state: EscrowState) -> str:
    return (
        f"{state.status}\t{state.deadline}\t{state.block_number}\t{state.tx_hash}\t"
        f"{state.to_buyer}\t{state.to_seller}\t{state.fee}"
    )


def _append(rows: Sequence[Row], *, chain_id: int) -> None:
    if not rows:
        return
    try:
        with connection.cursor() as cursor:
            _copy(cursor, _APPEND, rows, chain_id=chain_id)
    except IntegrityError as error:
        raise BadHistory("a trade was funded that had been funded before") from error


def _merge(rows: Sequence[Row], *, chain_id: int) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        _copy(cursor, _COPY, rows, chain_id=chain_id)
        cursor.execute(_MERGE)
        cursor.execute("TRUNCATE escrow_escrow_stage")


def _copy(cursor: CursorWrapper, statement: str, rows: Sequence[Row], *, chain_id: int) -> None:
    with cursor.copy(statement) as copy:
        copy.write("".join(_lines(rows, chain_id=chain_id)))
