"""Bringing the mirror up to date with the events of the trades that changed.

The whole history of a trade is folded each time: it is short, and nothing can drift. A trade whose first event is among
the new ones has its whole history in memory; the others' is read back. Rows are written with COPY, new ones straight
into the table, the rest through a stage.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

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

Row = tuple[EscrowState, EscrowState | None, str]


def fold_in(new: Sequence[RawEvent], *, moved: Iterable[str], chain_id: int, final_to: int) -> dict[str, EscrowState]:
    """Bring the rows of all trades with new events, and of those `moved` names, up to date. Returns their states.

    Events up to height `final_to` are final. Raises `BadHistory`.
    """
    histories: defaultdict[str, list[RawEvent]] = defaultdict(list)
    for event in new:
        histories[event.trade_id].append(event)
    histories.pop("", None)
    older = {*moved, *(trade_id for trade_id, history in histories.items() if history[0].name != "Funded")}
    fresh = [_fold(history, final_to=final_to) for one, history in histories.items() if one not in older]
    changed = _reread(older, chain_id=chain_id, final_to=final_to)
    _append(fresh, chain_id=chain_id)
    _merge(changed, chain_id=chain_id)
    return {state.trade_id: state for state, _, _ in (*fresh, *changed)}


def refold(trade_ids: Iterable[str], *, chain_id: int) -> dict[str, EscrowState]:
    """Rebuild the rows of `trade_ids` from their stored events; a trade without any goes. Returns the states left."""
    wanted = {trade_id for trade_id in trade_ids if trade_id}
    kept = _reread(wanted, chain_id=chain_id, final_to=None)
    _merge(kept, chain_id=chain_id)
    gone = wanted - {state.trade_id for state, _, _ in kept}
    if gone:
        Escrow.objects.filter(trade_id__in=gone).delete()
    return {state.trade_id: state for state, _, _ in kept}


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
        found.append(_fold([RawEvent(*row[:8]) for row in history], final_to=final))
    return found


def _fold(history: Sequence[RawEvent], *, final_to: int) -> Row:
    state: EscrowState | None = None
    final: EscrowState | None = None
    contract = history[0].contract
    for event in history:
        if event.contract != contract:
            raise BadHistory(f"{event.trade_id} has events of two contracts")
        state = step(state, event)
        if event.block_number <= final_to:
            final = state
    assert state is not None
    return state, final, contract


def _lines(rows: Iterable[Row], *, chain_id: int) -> Iterator[str]:
    for state, final, contract in rows:
        head = _moving(state)
        side = head if final is state else _moving(final) if final is not None else _NOT_FINAL
        yield f"{state.trade_id}\t{chain_id}\t{contract}\t{_terms(state)}\t{head}\t{side}\n"


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
