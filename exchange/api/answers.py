"""Answers: plain rows made JSON once, without a second validation; schemas describe them, tests hold them to it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from exchange.core import clock

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON body and headers; `forget` names what must not be kept for a repeated call."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    forget: tuple[str, ...] = ()

    def kept(self) -> Any:
        """Return the body as a repetition of the call may read it: secrets are shown once."""
        return {**self.body, **dict.fromkeys(self.forget)} if self.forget else self.body


NOTHING = Answer(body=None, status=204)


def created(body: Any, *, forget: tuple[str, ...] = ()) -> Answer:
    """Return a 201."""
    return Answer(body=body, status=201, forget=forget)


def accepted(body: Any) -> Answer:
    """Return a 202: the work is queued, the body says where it stands."""
    return Answer(body=body, status=202)


def page(items: list[Any], following: str | None) -> dict[str, Any]:
    """Return the body of a list."""
    return {"items": items, "next": following}


def to_response(answer: Answer, *, content_type: str = JSON) -> HttpResponse:
    """Return `answer` as HTTP."""
    content = b"" if answer.body is None else orjson.dumps(answer.body, default=_plain)
    response = HttpResponse(content, status=answer.status, content_type=content_type)
    for name, value in answer.headers.items():
        response[name] = value
    return response


def with_etag(request: HttpRequest, response: HttpResponse, *, tag: str | None = None) -> HttpResponse:
    """Return `response` with its ETag, or 304 when the caller has it already; `tag` is what is known of its content."""
    tag = f'"{tag or tag_of(response.content)}"'
    wanted = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    if tag in wanted or "*" in wanted:
        fresh = HttpResponseNotModified()
        fresh["ETag"] = tag
        return fresh
    response["ETag"] = tag
    return response


def tag_of(content: bytes) -> str:
    """Return what tells `content` from any other."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def decimal_text(value: Decimal) -> str:
    """Return a decimal in plain notation, without exponent and needless zeros: `1E+3` is `1000`, `2.50` is `2.5`."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fiat_text(value: Decimal, *, minor_units: int) -> str:
    """Return national money with the digits of its currency: `250.00`."""
    return f"{value:.{minor_units}f}"


def units_text(value: Decimal | int) -> str:
    """Return base units as digits."""
    return str(int(value))


def time_text(moment: datetime | None) -> str | None:
    """Return RFC 3339 in UTC with Z; None stays None."""
    return clock.to_text(moment) if moment else None


def day_text(moment: datetime | None) -> str | None:
    """Return the day of `moment` as RFC 3339 at midnight UTC; None stays None."""
    return f"{moment.astimezone(UTC).date().isoformat()}T00:00:00Z" if moment else None
