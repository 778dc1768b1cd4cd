"""Signing in with a wallet (the page; the signature goes through the API), signing out, and the theme."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts import actions
from exchange.web.context import THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600


def safe_next(request: HttpRequest, wanted: str) -> str:
    """Return `wanted` if it is an address of this site, else the home page."""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours and wanted.startswith("/") else "/"


@require_safe
def signin(request: HttpRequest) -> HttpResponse:
    """Show the wallets and the text to sign."""
    return render(request, "signin/signin.html", {"next": safe_next(request, request.GET.get("next", "/"))})


@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    actions.end_session(request)
    return redirect("home")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of theme; an empty one means the system's."""
    chosen = request.POST.get("theme", "")
    response = redirect(safe_next(request, request.POST.get("next", "/")))
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
