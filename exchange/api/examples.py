"""The refusals every caller meets, as OpenAPI shows them: one example for each status."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from exchange.api.answers import PROBLEM

_EXAMPLES: dict[int, tuple[str, str, list[dict[str, str]]]] = {
    400: ("malformed", "The body is not JSON: Expecting value at line 1, column 12.", []),
    401: ("not_signed_in", "Sign in with your wallet to go on.", []),
    403: ("scope_missing", "This token lacks the scope trades:write. Make one that has it.", []),
    404: ("not_found", "There is no such thing here, or it is not yours.", []),
    409: ("conflict", "This has changed in the meantime. Load it again and decide anew; nothing was done.", []),
    413: ("too_large", "The body is larger than 384 KiB. Send less.", []),
    415: ("wrong_media_type", "Send the body as JSON with the header Content-Type: application/json.", []),
    422: (
        "invalid",
        "Some of what was sent cannot be used. Correct the named fields and send it again.",
        [{"pointer": "/min_fiat", "detail": "Write a plain decimal number such as 1250.50.", "in": "body"}],
    ),
    429: ("too_many_requests", "Too many requests. Wait a moment and try again; nothing was done.", []),
    503: ("unavailable", "A part of this service cannot be reached just now. Nothing was changed.", []),
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details. `code` is stable; a problem may carry further facts of its own.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "in"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer of the part that cannot be used."},
                    "detail": {"type": "string"},
                    "in": {"enum": ["body", "query", "path", "header"]},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}


def responses_of(statuses: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return OpenAPI responses for these statuses, each with an example."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    code, detail, errors = _EXAMPLES[status]
    example = {
        "type": f"/docs/api/errors#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors,
        "request_id": "0c5b2f8e-6a1d-4a0e-9c58-2f4d3b1f7a2f",
    }
    media = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {code: {"value": example}}}
    response: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content": {PROBLEM: media}}
    if status in {429, 503}:
        response["headers"] = _RETRY
    return response
