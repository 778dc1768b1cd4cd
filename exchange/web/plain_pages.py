"""Pages without an own subject in the database: how it works, and the picture of the site."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """Explain a trade, its deadlines and its costs."""
    return render(request, "docs/how.html", {"fee_bps": settings.FEE_BPS if settings.FEE_RECIPIENT else 0})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Serve the icon of the tab."""
    response = render(request, "favicon.svg", content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response
