"""EIP-712: the digest of any typed-data object, exactly the one wallets sign with `eth_signTypedData_v4`.

Source: https://eips.ethereum.org/EIPS/eip-712. Numbers may be int, decimal text or 0x text, as wallets take them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from eth_utils.crypto import keccak

from escrow.addresses import parse_address


class Member(TypedDict):
    """One member of a struct type."""

    name: str
    type: str


class TypedData(TypedDict):
    """What a wallet is asked to sign: `{types, primaryType, domain, message}`, the domain's own type included."""

    types: dict[str, list[Member]]
    primaryType: str
    domain: dict[str, Any]
    message: dict[str, Any]


_DOMAIN_MEMBERS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
)
_ARRAY = re.compile(r"(.+)\[(\d*)\]")
_NUMBER = re.compile(r"(u?)int(\d+)")
_FIXED_BYTES = re.compile(r"bytes(\d+)")
_HEX = re.compile(r"0x([0-9a-fA-F]{2})*")
_DIGITS = re.compile(r"-?[0-9]{1,78}|0x[0-9a-fA-F]{1,64}")


def domain_members(domain: Mapping[str, Any]) -> list[Member]:
    """Return the `EIP712Domain` type of the members that `domain` has, in the order the standard gives."""
    return [{"name": name, "type": kind} for name, kind in _DOMAIN_MEMBERS if name in domain]


def digest(typed_data: TypedData) -> bytes:
    """Return the 32 bytes to be signed. Raises `ValueError` when a value does not fit its declared type."""
    types = dict(typed_data["types"])
    types.setdefault("EIP712Domain", domain_members(typed_data["domain"]))
    separator = hash_struct("EIP712Domain", typed_data["domain"], types=types)
    return keccak(b"\x19\x01" + separator + hash_struct(typed_data["primaryType"], typed_data["message"], types=types))


def hash_struct(name: str, value: Mapping[str, Any], *, types: Mapping[str, Sequence[Member]]) -> bytes:
    """Return keccak(typeHash ‖ the encoded members)."""
    members = types[name]
    unknown = set(value) - {member["name"] for member in members}
    if unknown:
        raise ValueError(f"{name} has no member {min(unknown)}")
    parts = [keccak(_encode_type(name, types=types))]
    for member in members:
        if member["name"] not in value:
            raise ValueError(f"{name}.{member['name']} is missing")
        parts.append(_encode_value(member["type"], value[member["name"]], types=types))
    return keccak(b"".join(parts))


def _encode_type(name: str, *, types: Mapping[str, Sequence[Member]]) -> bytes:
    used = _referenced(name, types=types, seen=set())
    order = [name, *sorted(used - {name})]
    return "".join(f"{one}({_list_members(types[one])})" for one in order).encode()


def _list_members(members: Sequence[Member]) -> str:
    return ",".join(f"{member['type']} {member['name']}" for member in members)


def _referenced(name: str, *, types: Mapping[str, Sequence[Member]], seen: set[str]) -> set[str]:
    base = name.split("[", 1)[0]
    if base in types and base not in seen:
        seen.add(base)
        for member in types[base]:
            _referenced(member["type"], types=types, seen=seen)
    return seen


def _encode_value(kind: str, value: Any, *, types: Mapping[str, Sequence[Member]]) -> bytes:
    if array := _ARRAY.fullmatch(kind):
        if array[2] and len(value) != int(array[2]):
            raise ValueError(f"{kind} needs {array[2]} items, not {len(value)}")
        return keccak(b"".join(_encode_value(array[1], item, types=types) for item in value))
    if kind in types:
        return hash_struct(kind, value, types=types)
    if kind == "string":
        return keccak(_text(value).encode())
    if kind == "bytes":
        return keccak(_bytes(value))
    if kind == "bool":
        return _word(int(_bool(value)))
    if kind == "address":
        return bytes.fromhex(parse_address(value)[2:]).rjust(32, b"\0")
    if number := _NUMBER.fullmatch(kind):
        return _number(value, bits=int(number[2]), signed=not number[1])
    if fixed := _FIXED_BYTES.fullmatch(kind):
        data = _bytes(value)
        if len(data) != int(fixed[1]):
            raise ValueError(f"{kind} needs {fixed[1]} bytes, not {len(data)}")
        return data.ljust(32, b"\0")
    raise ValueError(f"{kind} is not a type that can be signed")


def _number(value: Any, *, bits: int, signed: bool) -> bytes:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} is not a whole number")
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError(f"{value!r} is not a whole number")
    number = int(value, 16 if value.startswith("0x") else 10) if isinstance(value, str) else value
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
    if not low <= number < high:
        raise ValueError(f"{number} does not fit {bits} bits")
    return _word(number)


def _word(number: int) -> bytes:
    return (number % (1 << 256)).to_bytes(32, "big")


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError(f"{value!r} is not 0x-hex")
    return bytes.fromhex(value[2:])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value
