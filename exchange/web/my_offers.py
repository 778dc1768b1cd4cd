"""My offers: their state, price and remainder, and the switches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.offers import actions, queries
from exchange.offers.models import Offer
from exchange.offers.pricing import effective_price, rule_of
from exchange.offers.typed import is_consent_current
from exchange.prices import queries as prices
from exchange.prices.queries import Market
from exchange.web.visitors import signed_in

DEEDS = {
    "pause": (actions.pause, "Paused. Nobody can take this offer until you resume it."),
    "resume": (actions.resume, "Active again."),
    "close": (actions.close, "Closed. Running trades go on."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One offer with its price now and the market it hangs on."""

    offer: Offer
    price: Decimal | None
    market: Decimal | None
    must_sign: bool


@require_safe
@signed_in
def my_offers(request: HttpRequest, account: Account) -> HttpResponse:
    """List the reader's offers, open ones first."""
    offers = sorted(queries.offers_of(account), key=lambda one: one.state == "closed")
    rows = priced(offers, now=clock.now())
    return render(request, "offers/mine.html", {"rows": rows})


def priced(offers: Iterable[Offer], *, now: datetime) -> list[Row]:
    """Return offers with their prices now, each market asked for once."""
    wanted = list(offers)
    markets = prices.markets([(offer.asset.symbol, offer.currency_id) for offer in wanted], now=now)
    return [_row(offer, markets[offer.asset.symbol, offer.currency_id], now=now) for offer in wanted]


def _row(offer: Offer, market: Market, *, now: datetime) -> Row:
    must_sign = offer.state == "draft" or (offer.state != "closed" and not is_consent_current(offer))
    return Row(offer, effective_price(rule_of(offer), market, now=now), market.price, must_sign)


@require_POST
@signed_in
def switch(request: HttpRequest, account: Account, code: str, deed: str) -> HttpResponse:
    """Pause, resume or close an offer, if it is still as the reader saw it."""
    if deed not in DEEDS:
        raise NotFound()
    act, words = DEEDS[deed]
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    act(queries.offer_by_code(code, viewer=account), by=account, version=seen, now=clock.now())
    messages.success(request, words)
    return redirect("my-offers")
