"""Refusals and failures as pages: what happened, what it means, what to do next. Fragments get a short form.

`refused` translates the `DomainError` tree; the other functions are Django's handlers (named in `exchange/urls.py`).
Those for a fault of ours (500) and for a database that is busy or away (503) ask neither database nor cache.
"""

import logging
import secrets
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from exchange.core.errors import DomainError, Forbidden, Invalid, NotFound, NotSignedIn, TooMany

log = logging.getLogger(__name__)
TITLES = {
    HTTPStatus.BAD_REQUEST: ("This request cannot be read", "circle-help"),
    HTTPStatus.UNAUTHORIZED: ("Sign in to go on", "key-round"),
    HTTPStatus.FORBIDDEN: ("This is not yours to do", "ban"),
    HTTPStatus.NOT_FOUND: ("There is nothing here", "search"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("This address does not do that", "ban"),
    HTTPStatus.CONFLICT: ("This has changed in the meantime", "rotate-ccw"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Some of this cannot be used", "circle-alert"),
    HTTPStatus.TOO_MANY_REQUESTS: ("A moment, please", "hourglass"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("A part is out of reach", "triangle-alert"),
}


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asked, so that a piece of a page is wanted and not a page."""
    return bool(getattr(request, "htmx", False))


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the page (or fragment) for a refusal. A page that needs an account leads to the sign-in and back."""
    if isinstance(error, NotSignedIn) and not is_fragment(request):
        wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else request.META.get("HTTP_REFERER", "/")
        return HttpResponseRedirect(f"{reverse('signin')}?{urlencode({'next': wanted})}")
    title, icon = TITLES.get(HTTPStatus(error.status), ("This cannot be done", "circle-alert"))
    retry = error.extra.get("retry_after") if isinstance(error, TooMany) else None
    response = render(
        request,
        "errors/fragment.html" if is_fragment(request) else "errors/error.html",
        {
            "title": title,
            "problem_icon": icon,
            "message": error.message,
            "fields": list(error.fields.values()) if isinstance(error, Invalid) else [],
            "retry": retry,
            "back": request.path if isinstance(error, TooMany) and request.method == "GET" else "",
            "back_label": "Try again",
        },
        status=error.status,
    )
    if retry is not None:
        response["Retry-After"] = str(retry)
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: there is no such thing, or it is not the reader's; the two look alike."""
    words = exception.message if isinstance(exception, NotFound) else "The address may be mistyped or the thing gone."
    return refused(request, NotFound(words))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return refused(request, Forbidden())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, for what Django itself refuses to read."""
    return refused(request, DomainError("Part of this request is malformed. Nothing was done; load the page again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a code that stands in the log too."""
    code = secrets.token_hex(3).upper()
    log.error("the page for 500 was shown, code %s", code)
    words = "Nothing was changed by your last step unless this site said so before. Coins in escrow are not affected."
    return _bare(request, title="Something failed on our side", message=words, code=code, status=500)


def busy(request: HttpRequest) -> HttpResponse:
    """Answer 503: the database is away, or did not come to this request in time."""
    log.warning("the database was busy or away: %s %s", request.method, request.path, exc_info=True)
    words = "Nothing was changed by your last step. Coins in escrow are not affected. Try again in a moment."
    response = _bare(request, title="This site is busy just now", message=words, status=503)
    response["Retry-After"] = "1"
    return response


def _bare(request: HttpRequest, *, title: str, message: str, status: int, code: str = "") -> HttpResponse:
    """Return a page (or fragment) without the shell, which asks the database."""
    again = request.path if request.method == "GET" else "/"
    template = "errors/fragment.html" if is_fragment(request) else "errors/bare.html"
    words = {"title": title, "message": message, "code": code, "again": again}
    return HttpResponse(render_to_string(template, words), status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without this site's token: from another site, or from a page kept too long."""
    return refused(
        request,
        Forbidden("This form came from another site or was open for too long. Nothing was done; load the page again."),
    )
