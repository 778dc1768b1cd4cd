"""Strangers who ask the same are answered alike: what was understood once is not taken apart again.

The text of an address always asks the same, so each process remembers which page of the book it asks for. While that
page is young (`kept_pages.py`), the edge answers with it: the call is counted like any other, and nothing else is done.
Who brings a token or a session never gets here.
"""

import threading
from collections import OrderedDict

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from exchange.api import throttle
from exchange.api.answers import JSON, with_etag
from exchange.offers.kept_pages import young_page

MOST_REMEMBERED, LONGEST = 4000, 1000
_counted = throttle.PerCaller(throttle.READS)
_questions: OrderedDict[tuple[str, str], bytes] = OrderedDict()
_lock = threading.Lock()


def remember(request: HttpRequest, question: bytes) -> None:
    """Remember that the address of this request, if a stranger sends it, asks the book this `question`."""
    address = _address(request)
    if len(address[1]) > LONGEST or not _is_stranger(request):
        return
    with _lock:
        _questions[address] = question
        _questions.move_to_end(address)
        while len(_questions) > MOST_REMEMBERED:
            _questions.popitem(last=False)


def answer_again(request: HttpRequest) -> HttpResponse | None:
    """Return the answer that another stranger just got to the same call, None if there is none. Raises `TooMany`."""
    if request.method != "GET" or not _is_stranger(request):
        return None
    question = _questions.get(_address(request))
    page = young_page(question) if question is not None else None
    if page is None:
        return None
    _counted.allow_request(request)
    return with_etag(request, HttpResponse(page.content, content_type=JSON), tag=page.tag)


def _address(request: HttpRequest) -> tuple[str, str]:
    return request.path, request.META.get("QUERY_STRING", "")


def _is_stranger(request: HttpRequest) -> bool:
    cookies = request.META.get("HTTP_COOKIE", "")
    return "HTTP_AUTHORIZATION" not in request.META and settings.SESSION_COOKIE_NAME not in cookies
