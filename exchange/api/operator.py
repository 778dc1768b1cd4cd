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
    """Answer 200 when database, Redis and chain data are there, else 503 naming what is missing."""
    parts = {"database": _database(), "redis": _redis(), "chain": _chain()}
    ready = all(state == "ok" for state in parts.values())
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
        health = escrow.chain_health()
    except Error:
        return "unreachable"
    if health.reorg_alarm:
        return "deep reorganisation"
    return "stale" if health.is_stale else "ok"
