"""Reading requests strictly: bodies are UTF-8 JSON without doubles or depth, and every name must be known.

Numbers that a binary fraction could spoil stay text (`UnquotedNumber`), so that the schema names the field that should
have been a decimal string. Sources: RFC 8259 (JSON), RFC 8785 section 3.1 (I-JSON: unique names, no lone surrogates).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from exchange.core.errors import DomainError, Invalid

MAX_DEPTH = 32
# The largest is a chunk of an encrypted file in base64.
MAX_BODY = min(384 * 1024, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 384 * 1024)
# Whole numbers of more digits cannot be meant: 2**63 has nineteen.
_LONGEST_INTEGER = 19


class Malformed(DomainError):
    """The body is not the JSON this API reads."""

    code = "malformed"
    status = 400
    message = "The body could not be read as JSON. Correct it and send it again."


class TooLarge(DomainError):
    """The body is larger than any call needs."""

    code = "too_large"
    status = 413
    message = f"The body is larger than {MAX_BODY // 1024} KiB. Send less."


class WrongMediaType(DomainError):
    """The body is not declared as JSON."""

    code = "wrong_media_type"
    status = 415
    message = "Send the body as JSON with the header Content-Type: application/json."


@dataclass(frozen=True, slots=True)
class UnquotedNumber:
    """A JSON number that is no whole number of ordinary size; where a decimal is due it must be a string."""

    text: str


class StrictParser(Parser):
    """Gives ninja the body that `read_body` read."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the JSON value of the body."""
        return read_body(request)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the query; a name given twice means that one of the two would be ignored."""
        for name in data:
            if name not in list_fields and len(data.getlist(name)) > 1:
                raise Invalid(fields={f"/{name}": "This parameter is given more than once."})
        return super().parse_querydict(data, list_fields, request)


def check_size(request: HttpRequest) -> None:
    """Refuse a body that is too large before a byte of it is read, and text that no column can hold."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise TooLarge
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        raise Malformed("The address contains a zero byte.")


def read_body(request: HttpRequest) -> Any:
    """Return the JSON value of the body, None when it is empty. Raises `Malformed`, `TooLarge`, `WrongMediaType`."""
    if not hasattr(request, "json_body"):
        request.json_body = _read(request)  # type: ignore[attr-defined]
    return request.json_body  # type: ignore[attr-defined]


def _read(request: HttpRequest) -> Any:
    raw = request.body
    if not raw:
        return None
    if len(raw) > MAX_BODY:
        raise TooLarge
    if request.content_type != "application/json":
        raise WrongMediaType
    return read_json(raw)


def read_json(raw: bytes) -> Any:
    """Return the JSON value in `raw`. Raises `Malformed` for anything two readers could understand differently."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=UnquotedNumber,
            parse_constant=UnquotedNumber,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise Malformed("The body is not valid UTF-8.") from error
    except RecursionError as error:
        raise Malformed("The body is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    _check_tree(value)
    return value


def _integer(digits: str) -> int | UnquotedNumber:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else UnquotedNumber(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"The name {printable(twice)} is given more than once in one object.")
    return value


def _check_tree(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise Malformed(f"The body is nested more than {MAX_DEPTH} levels deep.")
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                below += item.keys()
                below += item.values()
            elif isinstance(item, list):
                below += item
        level = below


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Malformed("A text contains a zero character.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("A text contains half of a surrogate pair.") from error


def printable(name: str) -> str:
    """Return `name` short and safe enough to be said back to its sender."""
    return repr(name[:40].encode("ascii", "replace").decode())


def unknown(name: str, known: Iterable[str]) -> str:
    """Return the sentence that refuses an unknown name and offers the nearest one."""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no {printable(name)} here.{hint}"
