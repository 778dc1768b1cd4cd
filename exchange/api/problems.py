"""Problem details (RFC 9457): the one place where a refusal or a fault becomes an HTTP answer.

`type` points into the human reference, `code` is stable for programs, `errors` names each unusable part, `request_id`
finds the log line. A fault of ours says nothing of its inside.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from escrow.queries import Unavailable as NodeUnavailable
from exchange.api.answers import PROBLEM, Answer, to_response
from exchange.api.mistakes import fields_of
from exchange.api.reading import Malformed, TooLarge
from exchange.core.database import is_out_of_reach
from exchange.core.errors import DomainError, Forbidden, Invalid, NotFound, NotSignedIn, Unavailable

log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


class Fault(DomainError):
    """Something broke on our side."""

    code = "fault"
    status = 500
    message = "Something failed on our side. Nothing was changed. Quote the request_id if you report it."


class MethodNotAllowed(DomainError):
    """The path exists, the method does not."""

    code = "method_not_allowed"
    status = 405
    message = "This address does not know that method."


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Return `error` as a problem; what is not a known refusal is logged with its trace and answered as a fault."""
    refusal = as_refusal(error)
    if isinstance(refusal, Fault):
        log.error("unexpected error on %s %s", request.method, request.path, exc_info=True)
    response = to_response(problem_of(refusal, request=request), content_type=PROBLEM)
    response["X-Request-Id"] = request_id()
    response["Cache-Control"] = "no-store"
    return response


def as_refusal(error: Exception | type[Exception]) -> DomainError:
    """Return the refusal that `error` stands for."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return Invalid(extra={"errors": fields_of(error.errors)})
    if isinstance(error, AuthenticationError):
        return NotSignedIn()
    if isinstance(error, HttpError):
        return error.__cause__ if isinstance(error.__cause__, DomainError) else Malformed()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, Exception) and is_out_of_reach(error):
        return Unavailable()
    for kind, refusal in _KNOWN.items():
        if isinstance(error, kind):
            return refusal()
    return Fault()


# DataError: a value that passed the schema but fits no column.
_KNOWN: dict[type[Exception], type[DomainError]] = {
    Http404: NotFound,
    PermissionDenied: Forbidden,
    SuspiciousOperation: Malformed,
    DataError: Invalid,
    NodeUnavailable: Unavailable,
}


def problem_of(refusal: DomainError, *, request: HttpRequest) -> Answer:
    """Return the problem document of `refusal` with its headers."""
    extra = {name: value for name, value in refusal.extra.items() if name not in _RESERVED}
    where = "query" if request.method in {"GET", "HEAD"} else "body"
    named = [{"pointer": pointer, "detail": words, "in": where} for pointer, words in refusal.fields.items()]
    body = {
        "type": f"/docs/api/errors#{refusal.code}",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "errors": [*refusal.extra.get("errors", ()), *named],
        "request_id": request_id(),
        **extra,
    }
    return Answer(body=body, status=refusal.status, headers=_headers(refusal))


_RESERVED = frozenset({"type", "title", "status", "detail", "code", "errors", "request_id"})


def _headers(refusal: DomainError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="parley"'
    if refusal.status in {429, 503} or "retry_after" in refusal.extra:
        headers["Retry-After"] = str(refusal.extra.get("retry_after", 1))
    if refusal.status == 429 and "limit" in refusal.extra:
        headers["RateLimit-Limit"] = str(refusal.extra["limit"])
        headers["RateLimit-Remaining"] = "0"
        headers["RateLimit-Reset"] = str(refusal.extra.get("retry_after", 1))
    return headers


def request_id() -> str:
    """Return the id that this request's log lines carry."""
    context: Mapping[str, Any] = structlog.contextvars.get_contextvars()
    value = str(context.get("request_id", ""))
    return value if _REQUEST_ID.match(value) else "none"
