"""What all bodies share: strict reading, decimals as text, and the spelling of codes, addresses and signatures."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

_DECIMAL = r"^[0-9]{1,60}(\.[0-9]{1,36})?$"


class Body(BaseModel):
    """A request body: exact types, no unknown names."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_names(cls, value: Any) -> Any:
        """Refuse names this body does not have, so that a misspelt one is not silently ignored."""
        if isinstance(value, dict):
            names = [name for name in value if name not in cls.model_fields]
            if names:
                raise PydanticCustomError(
                    "unknown_names", "unknown names", {"names": names[:20], "known": list(cls.model_fields)}
                )
        return value


class Shown(BaseModel):
    """A part of an answer. Answers are plain rows; these models describe them, the tests hold them to it."""


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("decimal_type", 'Write this number as a string in quotes, such as "1250.50".')
    if not re.fullmatch(_DECIMAL, value, flags=re.ASCII):
        raise PydanticCustomError(
            "decimal_form", "Write a plain decimal number such as 1250.50, without sign, exponent or comma."
        )
    return Decimal(value)


def _read_positive(value: Any) -> Decimal:
    number = _read_decimal(value)
    if number <= 0:
        raise PydanticCustomError("decimal_zero", "This must be more than zero.")
    return number


def _check_positive(value: Any) -> str:
    _read_positive(value)
    return str(value)


_DECIMAL_SCHEMA = {"type": "string", "pattern": _DECIMAL, "examples": ["1250.50"]}
# What callers write: decimals above zero, read as numbers, or handed on as text where the domain reads them itself.
Positive = Annotated[Decimal, PlainValidator(_read_positive), WithJsonSchema(_DECIMAL_SCHEMA)]
PositiveText = Annotated[str, PlainValidator(_check_positive), WithJsonSchema(_DECIMAL_SCHEMA)]
Signature = Annotated[str, StringConstraints(pattern=r"^0x([0-9a-fA-F]{2}){1,1024}$", max_length=2048)]
Bps = Annotated[int, Field(ge=0, le=10_000, description="Basis points: 6000 is 60 percent.")]
Seconds = Annotated[int, Field(ge=1, le=90 * 24 * 3600)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version this edit was made from.")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,48}$")]
Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,12}$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")]
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
# What answers say.
DecimalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
UnitsText = Annotated[str, StringConstraints(pattern=r"^[0-9]+$"), Field(description="Base units of the asset.")]
Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{8}$")]
Moment = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"),
    Field(description="RFC 3339, UTC."),
]
# Path parameters: what people type is read leniently, so that a mistyped code is not found rather than malformed.
CodePath = Annotated[str, StringConstraints(max_length=64)]
Limit = Annotated[int, Field(ge=1, le=100, description="Rows on a page.")]
Cursor = Annotated[str, StringConstraints(max_length=512)]


class Call(Shown):
    """A transaction to send with one's own wallet."""

    to: Address
    data: str
    value: UnitsText
    chain_id: int


class TypedData(Shown):
    """A complete object for eth_signTypedData_v4."""

    types: dict[str, Any]
    primaryType: str  # noqa: N815  (the name EIP-712 gives it)
    domain: dict[str, Any]
    message: dict[str, Any]


class Person(Shown):
    """An account as others see it."""

    address: Address
    name: str


class Peer(Person):
    """An account with what its finished trades say; `completion` is null below ten trades."""

    trades: int
    completion: DecimalText | None
    last_active: Moment | None


class Intent(Shown):
    """A relayed act on its way to the chain."""

    id: str
    purpose: str
    state: Literal["queued", "sent", "mined", "failed", "dropped"]
    tx_hash: str | None
    error: str
