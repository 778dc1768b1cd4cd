"""One offer: what it says, who makes it, and the form that takes it."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.catalog import countries
from exchange.core import clock
from exchange.core.errors import DomainError
from exchange.offers import queries
from exchange.offers.arbiters import panel_for
from exchange.offers.book_rows import row_of
from exchange.offers.models import Offer
from exchange.offers.showing import hours_of
from exchange.offers.typed import is_consent_current
from exchange.prices import queries as prices
from exchange.reputation.queries import standing_of
from exchange.web.listings import listings
from exchange.web.offer_standing import standing_words
from exchange.web.take_form import TakeForm
from exchange.web.visitors import reading_as, visitor


@require_safe
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """Show the offer; the amount asked about on the market is carried along."""
    found = queries.offer_by_code(code, viewer=visitor(request), key=link_key(request))
    answers = _first_answers(request, found)
    form = TakeForm(None, offer=found, initial=answers)
    context = offer_context(request, found, form=form)
    if answers["amount"]:
        context |= _reckon(found, TakeForm(answers, offer=found))
    return render(request, "offers/offer.html", context)


@require_safe
def quote(request: HttpRequest, code: str) -> HttpResponse:
    """Show what an amount comes to, as a fragment beside the form."""
    found = queries.offer_by_code(code, viewer=visitor(request), key=link_key(request))
    context = {"offer": found, **_reckon(found, TakeForm(request.GET, offer=found))}
    return render(request, "offers/quote.html", context)


def _reckon(found: Offer, form: TakeForm) -> dict[str, Any]:
    """Return what the answers come to, or why they come to nothing; nothing for answers that are not complete."""
    if not form.is_valid():
        return {}
    now = clock.now()
    try:
        return {"terms": form.terms(prices.market(found.asset.symbol, found.currency_id, now=now), now=now)}
    except DomainError as error:
        return {"problem": next(iter(error.fields.values()), error.message)}


def link_key(request: HttpRequest) -> str:
    """Return the key of a link's offer, as the address or the form carries it."""
    return (request.POST.get("key") or request.GET.get("key") or "")[:64]


def offer_context(request: HttpRequest, found: Offer, *, form: TakeForm) -> dict[str, Any]:
    """Return what the page of an offer shows, whichever form comes with it."""
    reader = visitor(request)
    market = prices.market(found.asset.symbol, found.currency_id, now=clock.now())
    row = row_of(found, market=market, now=clock.now(), **reading_as(reader))
    (listing,) = listings(
        [row], market=market.price, buys=found.side == "sell", amount=None, is_stable=found.asset.is_stable
    )
    # The page of one offer tells more of its maker than a row does.
    listing = replace(listing, standing=standing_of(found.maker_id))
    is_mine = reader is not None and reader.pk == found.maker_id
    return {
        "offer": found,
        "panel": panel_for(found.asset),
        "listing": listing,
        "market": market,
        "form": form,
        "methods": found.methods.all(),
        "is_mine": is_mine,
        "key": link_key(request),
        "link": request.build_absolute_uri(f"/offers/{found.code}?key={found.link_key}"),
        "hours": hours_of(found),
        "country": countries.names().get(found.country, found.country),
        "standing_words": standing_words(found, row) if is_mine else None,
        "must_sign": is_mine and found.state != "closed" and (found.state == "draft" or not is_consent_current(found)),
    }


def _first_answers(request: HttpRequest, found: Offer) -> dict[str, str]:
    methods = [one.slug for one in found.methods.all()]
    wanted = request.GET.get("method", "")
    return {
        "amount": request.GET.get("amount", "")[:60],
        "unit": "coin" if request.GET.get("unit") == "coin" else "fiat",
        "method": wanted if wanted in methods else (methods[0] if methods else ""),
    }
