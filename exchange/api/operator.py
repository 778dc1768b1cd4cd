"""For operators, outside the API: is the process alive, can it work, and figures for Prometheus."""

# ruff: noqa: ARG001  (every view is handed its request)

from django.core.cache import cache
from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from escrow import queries as escrow
from exchange.api import metrics


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, Redis, chain data and keeper are well, else 503 naming what is not.

    A node without a keeper (`none`) is well: everyone can still send for himself.
    """
    parts = {"database": _database(), "redis": _redis(), "chain": _chain(), "keeper": _keeper()}
    ready = all(state in {"ok", "none"} for state in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Answer with the figures of `metrics.py`."""
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "unreachable"
    return "ok"


def _redis() -> str:
    try:
        cache.get("readyz")
    except (RedisError, OSError):
        return "unreachable"
    return "ok"


def _chain() -> str:
    try:
        return escrow.chain_health().word
    except Error:
        return "unreachable"


def _keeper() -> str:
    try:
        return escrow.keeper_health().word
    except Error:
        return "unreachable"
