"""Saved searches: kept from the market's filter, listed beside it, each with its alert."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.offers import searches
from exchange.web.book_filter import FilterForm, read_filter
from exchange.web.visitors import signed_in


@require_POST
@signed_in
def save(request: HttpRequest, account: Account) -> HttpResponse:
    """Keep the filter that was on screen and tell what will happen."""
    said = {name: request.POST.get(name, "") for name in ("side", "asset", "currency", "amount", "method")}
    form = FilterForm(said, currency=said["currency"])
    wanted = read_filter(form, side=said["side"], asset=said["asset"], currency=said["currency"])
    searches.save(
        by=account,
        side=wanted.side,
        asset=wanted.asset.symbol,
        currency=wanted.currency.code,
        amount=wanted.amount,
        method=wanted.method.slug if wanted.method else None,
        query=wanted.query,
        now=clock.now(),
    )
    messages.success(request, "Search saved. You get a notification here when a new offer fits it.")
    return redirect(wanted.address)


@require_POST
@signed_in
def delete(request: HttpRequest, account: Account, search_id: int) -> HttpResponse:
    """Forget a search."""
    searches.delete(search_id, by=account)
    messages.success(request, "Search deleted.")
    return redirect("home")
