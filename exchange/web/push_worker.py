"""The service worker of web push: its script, and the one line a woken browser shows."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exchange.core.errors import NotFound
from exchange.notifications import queries
from exchange.web.visitors import visitor

SCRIPT = "parley/push_worker.js"
QUIET = {"title": "Something needs you", "path": "/notifications"}


@never_cache
@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Give the worker's script; from this address its scope is /push/ and no page is ever served through it."""
    path = finders.find(SCRIPT)
    if isinstance(path, str):
        return HttpResponse(Path(path).read_bytes(), content_type="text/javascript")
    if staticfiles_storage.exists(SCRIPT):
        with staticfiles_storage.open(SCRIPT) as stored:
            return HttpResponse(stored.read(), content_type="text/javascript")
    raise NotFound("The browser code is not built.")


@never_cache
@require_safe
def line(request: HttpRequest) -> JsonResponse:
    """Tell a woken browser what to show: no amounts and no names, and nothing to whoever is not signed in."""
    account = visitor(request)
    newest = queries.newest_unread(account) if account else None
    return JsonResponse({"title": newest.text, "path": newest.path} if newest else QUIET)
