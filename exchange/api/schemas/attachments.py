"""Bodies of encrypted files: sizes and hashes of ciphertext. What a file is called and holds is in the message."""

import base64
import binascii
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from exchange.api.schemas.fields import Body, Hex32, Shown
from exchange.chat.attachments import CHUNK, MOST_CHUNKS, TAG


def _read_bytes(value: Any) -> bytes:
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) and value.isascii() else b""
    except binascii.Error:
        data = b""
    if not 0 < len(data) <= CHUNK + TAG:
        raise PydanticCustomError("chunk", f"This is base64 of 1 to {CHUNK + TAG} bytes.")
    return data


class Begin(Body):
    """`POST /trades/{id}/attachments`: encrypted bytes in all, and the SHA-256 of each chunk in order."""

    size: Annotated[int, Field(ge=1, le=2**31 - 1)]
    hashes: Annotated[list[Hex32], Field(min_length=1, max_length=4 * MOST_CHUNKS)]


class Chunk(Body):
    """`PUT /trades/{id}/attachments/{name}/chunks/{index}`."""

    data: Annotated[
        bytes,
        PlainValidator(_read_bytes),
        WithJsonSchema({"type": "string", "contentEncoding": "base64", "maxLength": (CHUNK + TAG + 2) // 3 * 4}),
    ]


class Upload(Shown):
    """How far a file has come; it can be read once no chunk is missing."""

    name: str
    size: int
    root: Hex32
    chunks: int
    missing: list[int]
