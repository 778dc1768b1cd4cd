"""The product's addresses, and the limit: a bare view behind the same middleware that sends bytes it was given."""

import os
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from exchange.urls import urlpatterns as product


@cache
def _content(name: str) -> bytes:
    return (Path(os.environ["BENCH_PAGES"]) / name).read_bytes()


def bare(_: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_content(name), content_type="application/json")


urlpatterns = [path("bare/<slug:name>", bare), *product]
