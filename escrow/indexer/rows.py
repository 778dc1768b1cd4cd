"""Events as COPY takes them fastest: PostgreSQL's binary format, a third less work for it than lines of text.

A row is the number of its columns, then each column's length and bytes, all numbers big-endian; -1 is the length of
NULL. Source: PostgreSQL's manual, COPY, "Binary Format".
"""

import struct
from collections.abc import Mapping, Sequence

from escrow.decode import RawEvent

COLUMNS = (
    *("chain_id", "contract", "block_number", "block_hash", "block_time", "tx_hash"),
    *("log_index", "name", "trade_id", "payload", "state", "final_seq"),
)
START = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
END = struct.pack("!h", -1)
_size = struct.Struct("!i").pack
_int4 = struct.Struct("!ii").pack
_int8 = struct.Struct("!iq").pack
_NULL = _size(-1)


def pack_rows(
    events: Sequence[RawEvent], *, times: Mapping[int, int], chain_id: int, final_to: int, position: int
) -> bytes:
    """Return the rows of `events`; those up to height `final_to` are final and numbered after `position`."""
    parts: list[bytes] = []
    last, begin = None, b""
    seen = _text("seen") + _NULL
    final = _text("final")
    for event in events:
        place = event.block_number, event.contract, event.tx_hash, event.block_hash
        if place != last:  # neighbours share these columns
            last, begin = place, _begin(event, time=times[event.block_number], chain_id=chain_id)
        if event.block_number <= final_to:
            position += 1
            state = final + _int8(8, position)
        else:
            state = seen
        parts += (
            begin,
            _int4(4, event.log_index),
            _text(event.name),
            _text(event.trade_id),
            _size(len(event.payload)),
            event.payload.encode(),
            state,
        )
    return b"".join(parts)


def _begin(event: RawEvent, *, time: int, chain_id: int) -> bytes:
    return b"".join(
        (
            struct.pack("!h", len(COLUMNS)),
            _int8(8, chain_id),
            _text(event.contract),
            _int8(8, event.block_number),
            _text(event.block_hash),
            _int8(8, time),
            _text(event.tx_hash),
        )
    )


def _text(value: str) -> bytes:
    data = value.encode()
    return _size(len(data)) + data
