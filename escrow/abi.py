"""The contract's ABI, read once from the committed artefact: selectors, event topics and custom errors by name."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

ARTIFACTS = Path(__file__).resolve().parent.parent / "contracts" / "artifacts"
_SOLIDITY_ERROR = "0x08c379a0"
_SOLIDITY_PANIC = "0x4e487b71"


@dataclass(frozen=True, slots=True)
class Entry:
    """One function, event or error: its canonical argument types and their names."""

    name: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The text whose Keccak hash gives the selector or topic."""
        return f"{self.name}({','.join(self.types)})"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call reverted: the custom error's name and its arguments, `Error` with a text, or `Unknown`."""

    name: str
    args: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(str(arg) for arg in self.args)})" if self.args else self.name


@cache
def artifact(contract: str) -> dict[str, Any]:
    """Return the committed artefact of `Escrow` or `DemoToken`."""
    loaded: dict[str, Any] = json.loads((ARTIFACTS / f"{contract}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def functions() -> dict[str, Entry]:
    """Return the escrow's functions by name; none is overloaded."""
    return _entries("function")


@cache
def selectors() -> dict[str, str]:
    """Return 4-byte selector (`0x` and eight digits) to function name."""
    return {selector(name): name for name in functions()}


@cache
def events() -> dict[str, Entry]:
    """Return the escrow's events by name."""
    return _entries("event")


@cache
def topics() -> dict[str, str]:
    """Return topic 0 to event name."""
    return {"0x" + keccak(text=entry.signature).hex(): name for name, entry in events().items()}


@cache
def selector(function: str) -> str:
    """Return the selector of an escrow function."""
    return "0x" + keccak(text=functions()[function].signature)[:4].hex()


def encode_call(function: str, *args: Any) -> str:
    """Return call data for an escrow function; structs are tuples, bytes are `bytes`."""
    return selector(function) + encode(functions()[function].types, args).hex()


def decode_call(data: str) -> tuple[str, tuple[Any, ...]]:
    """Return (function, arguments) of call data. Raises `ValueError` for anything that is no call of the escrow."""
    name = selectors().get(data[:10])
    if name is None:
        raise ValueError("not a function of the escrow")
    try:
        return name, decode(functions()[name].types, bytes.fromhex(data[10:]))
    except DecodingError as error:
        raise ValueError(f"malformed arguments of {name}") from error


def encode_words(function: str, types: Sequence[str], *args: Any) -> str:
    """Return call data for a function of another contract, such as `balanceOf` of a token."""
    return "0x" + keccak(text=f"{function}({','.join(types)})")[:4].hex() + encode(list(types), args).hex()


def read_failure(data: str) -> Failure:
    """Return what revert data says, by the contract's own errors and Solidity's two."""
    if data[:10] == _SOLIDITY_ERROR:
        return Failure("Error", _decode_or_nothing(("string",), data))
    if data[:10] == _SOLIDITY_PANIC:
        return Failure("Panic", _decode_or_nothing(("uint256",), data))
    entry = _errors().get(data[:10])
    if entry is None:
        return Failure("Unknown")
    return Failure(entry.name, _decode_or_nothing(entry.types, data))


def _decode_or_nothing(types: tuple[str, ...], data: str) -> tuple[Any, ...]:
    try:
        return decode(types, bytes.fromhex(data[10:]))
    except (DecodingError, ValueError):
        return ()


@cache
def _errors() -> dict[str, Entry]:
    return {"0x" + keccak(text=entry.signature)[:4].hex(): entry for entry in _entries("error").values()}


def _entries(kind: str) -> dict[str, Entry]:
    return {
        item["name"]: Entry(
            name=item["name"],
            types=tuple(_canonical(part) for part in item["inputs"]),
            names=tuple(part["name"] for part in item["inputs"]),
        )
        for item in artifact("Escrow")["abi"]
        if item["type"] == kind
    }


def _canonical(part: dict[str, Any]) -> str:
    if not part["type"].startswith("tuple"):
        return str(part["type"])
    return f"({','.join(_canonical(member) for member in part['components'])}){part['type'][5:]}"
