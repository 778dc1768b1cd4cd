"""The pages of the reference: an index, one page for each subject, the codes, and the document as JSON and YAML."""

from functools import cache

import orjson
import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from exchange.api.answers import with_etag
from exchange.api.reference import calls, codes
from exchange.api.root import document
from exchange.core.errors import NotFound


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List every call by subject."""
    return render(request, "docs/api/index.html", {"groups": calls.groups()})


@require_safe
def subject(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the calls of one subject, each with its examples."""
    group = calls.group_called(slug)
    if group is None:
        raise NotFound("There is no such part of the reference.")
    return render(request, "docs/api/subject.html", {"groups": calls.groups(), "group": group})


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """List every code a refusal may carry."""
    return render(request, "docs/api/errors.html", {"groups": calls.groups(), "codes": codes.groups()})


@require_safe
def openapi_yaml(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document as YAML."""
    return with_etag(request, HttpResponse(_as_yaml(), content_type="application/yaml"))


@cache
def _as_yaml() -> bytes:
    return yaml.safe_dump(orjson.loads(document()), sort_keys=False, allow_unicode=True, width=120, encoding="utf-8")


def addresses() -> list[URLPattern]:
    """Return the URL patterns below /docs/api/."""
    return [
        path("errors", errors, name="api-errors"),
        path("openapi.yaml", openapi_yaml, name="api-yaml"),
        path("<slug:slug>", subject, name="api-subject"),
    ]
