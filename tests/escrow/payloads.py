"""Events as the contract writes them, by the ABI and a general encoder: what `escrow/decode.py` reads by offsets."""

from typing import Any

import msgspec
from eth_abi.abi import encode

from escrow import abi, calls
from escrow.decode import Log, RawEvent, read_logs
from escrow.events import Event, Funded


def read_log(log: dict[str, Any]) -> RawEvent:
    """Return a log as JSON-RPC tells it as it will be stored. Raises `BadLog`."""
    return read_logs([msgspec.convert(log, Log)])[0]


def payload_of(event: Event) -> str:
    """Return the indexed words, then the data, as the tables keep them."""
    described = next(
        item for item in abi.artifact("Escrow")["abi"] if item["type"] == "event" and item["name"] == event.name
    )
    kinds = abi.events()[event.name].types
    values = [_value(event, part["name"]) for part in described["inputs"]]
    indexed, plain = [], []
    for part, kind, value in zip(described["inputs"], kinds, values, strict=True):
        (indexed if part["indexed"] else plain).append((kind, value))
    words = "".join(encode([kind], [value]).hex() for kind, value in indexed)
    return words + encode([kind for kind, _ in plain], [value for _, value in plain]).hex()


def _value(event: Event, name: str) -> Any:
    if name == "terms":
        assert isinstance(event, Funded)
        return calls.as_tuple(event.terms)
    value = event.args()[name]
    return bytes.fromhex(value[2:]) if name in {"tradeId", "contentHash"} else value
