"""Whom one blocks, trusts and reports: the page of both lists, the buttons on a trader's page, the word to staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.accounts import queries, regards
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Conflict, Invalid
from exchange.moderation import reports
from exchange.web.form_errors import take_over
from exchange.web.report_form import ReportForm
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


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def report(request: HttpRequest, account: Account, who: str) -> HttpResponse:
    """Show the form that tells staff about a trader, and take it."""
    other = queries.account_named(who)
    form = ReportForm(request.POST or None)
    if form.is_valid():
        try:
            reports.report(other, by=account, now=clock.now(), **form.cleaned_data)
        except (Invalid, Conflict) as error:
            take_over(form, error)
        else:
            messages.success(request, "Staff have your report. The trader is not told that there is one.")
            return redirect("profile", other.address)
    return render(request, "profile/report.html", {"person": other, "form": form}, status=422 if form.is_bound else 200)
