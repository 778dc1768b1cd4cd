"""The outer edge of every API address: size first, problems instead of pages, and the headers all answers share."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern

from exchange.api import alike, metrics, problems, throttle
from exchange.api.reading import check_size
from exchange.core.errors import NotFound

Response = Callable[..., HttpResponse]


def guard(patterns: Iterable[URLPattern]) -> list[URLPattern]:
    """Return `patterns` with each view behind the edge."""
    guarded = list(patterns)
    for pattern in guarded:
        pattern.callback = _guarded(pattern.callback, name=str(pattern.pattern))
    return guarded


def _guarded(view: Response, *, name: str) -> Response:
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        try:
            check_size(request)
            response = alike.answer_again(request) or view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  (nothing leaves the API but answers and problems)
            response = problems.answer(request, error)
        if isinstance(response, HttpResponseNotAllowed):
            response = _not_allowed(request, response)
        if is_head:
            request.method = "HEAD"
        return _dress(request, response, name=name)

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # sessions are checked in auth.py, tokens need no check
    return answer


def _dress(request: HttpRequest, response: HttpResponse, *, name: str) -> HttpResponse:
    throttle.say_left(request, response)
    response.setdefault("X-Request-Id", problems.request_id())
    response.setdefault("Cache-Control", "no-cache" if response.has_header("ETag") else "no-store")
    response["Vary"] = "Authorization, Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    metrics.count_request(request, response, name=name)
    return response


def _not_allowed(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    response = problems.answer(request, problems.MethodNotAllowed())
    response["Allow"] = refused["Allow"]
    return response


def no_such_address(request: HttpRequest) -> HttpResponse:
    """Answer any other address below /api/ with a problem."""
    refusal = NotFound("There is no such address. The list of all calls is at /api/v1/openapi.json.")
    return _dress(request, problems.answer(request, refusal), name="unknown")


no_such_address.csrf_exempt = True  # type: ignore[attr-defined]
