"""Whom one blocks and trusts: the page of both lists, and the buttons on a trader's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts import queries, regards
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.web.visitors import signed_in

SAID = {
    "block": "Blocked. Neither of you can take the other's offers; running trades go on. They are not told.",
    "trust": "Marked as trusted. Only you see this.",
    "forget": "Taken off your lists.",
}


@require_safe
@signed_in
def people(request: HttpRequest, account: Account) -> HttpResponse:
    """Show both lists."""
    return render(
        request, "settings/people.html", {"regards": regards.regards_of(account, limit=1000), "tab": "settings-people"}
    )


@require_POST
@signed_in
def regard(request: HttpRequest, account: Account, who: str, deed: str) -> HttpResponse:
    """Block, trust or forget a trader, and go back to their page."""
    other = queries.account_named(who)
    if deed == "forget":
        regards.forget(other, by=account)
    else:
        regards.regard(other, by=account, kind=deed, note=request.POST.get("note", ""), now=clock.now())
    messages.success(request, SAID[deed])
    return redirect("settings-people") if request.POST.get("back") == "people" else redirect("profile", other.address)
