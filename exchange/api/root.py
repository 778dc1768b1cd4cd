"""The API as ninja sees it: one object, one parser, one way for errors to leave, and all routes."""

from functools import cache
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from exchange.api import edge, problems
from exchange.api.answers import JSON, with_etag
from exchange.api.openapi import complete
from exchange.api.reading import StrictParser
from exchange.api.routes import ROUTERS
from exchange.api.routes.info import API_VERSION


class ParleyAPI(NinjaAPI):
    """Names operations by their view and completes the document."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """Return the view's name: unique, readable, good as a method name of a generated client."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the finished OpenAPI document."""
        document = super().get_openapi_schema(**options)
        complete(document)
        return document


def build() -> ParleyAPI:
    """Return the API with every route."""
    result = ParleyAPI(
        title="Parley",
        version=API_VERSION,
        description=(
            "Peer-to-peer crypto exchange with on-chain escrow. Decimals and base units are strings, times are RFC 3339"
            " in UTC, errors are RFC 9457 problem details, lists are pages with a cursor."
        ),
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        parser=StrictParser(),
    )
    for kind in (Exception, HttpError, ValidationError, AuthenticationError, Http404, PermissionDenied):
        result.add_exception_handler(kind, problems.answer)
    for tag, router in ROUTERS.items():
        result.add_router("", router, tags=[tag])
    return result


api = build()
PREFIX = "/api/v1"


@cache
def document() -> bytes:
    """Return the OpenAPI document as JSON; it is the same for everyone until the code changes."""
    return orjson.dumps(api.get_openapi_schema(path_prefix=PREFIX), option=orjson.OPT_NON_STR_KEYS)


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document."""
    return with_etag(request, HttpResponse(document(), content_type=JSON))


def addresses() -> list[URLPattern]:
    """Return the URL patterns below /api/v1/, each behind the edge, with a problem for all others."""
    patterns, _, _ = api.urls
    own = [pattern for pattern in patterns if isinstance(pattern, URLPattern)]
    # Django tries them in turn: the book is asked for more often than all others together.
    own.sort(key=lambda pattern: str(pattern.pattern) != "offers")
    return [*edge.guard([path("openapi.json", openapi), *own]), re_path(r"^", edge.no_such_address)]
