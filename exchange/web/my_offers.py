"""My offers: where each stands and why, price and remainder, the switches for one, for several and for a break."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.offers import actions, listing, queries, sketches, switching
from exchange.offers.book_rows import BookRow, row_of
from exchange.offers.models import Offer
from exchange.offers.typed import is_consent_current
from exchange.prices import queries as prices
from exchange.prices.queries import Market
from exchange.trades import queries as trades
from exchange.web.offer_standing import OfferStanding, standing_words
from exchange.web.times import clock_words
from exchange.web.visitors import signed_in

DEEDS = {
    "pause": (actions.pause, "Paused. Nobody can take this offer until you resume it."),
    "resume": (actions.resume, "Active again."),
    "close": (actions.close, "Closed. Running trades go on."),
}
SEVERAL = {"pause": "paused", "resume": "active"}


@dataclass(frozen=True, slots=True)
class Row:
    """One offer with its price now, the market it hangs on, and what became of it in a week."""

    offer: Offer
    shown: BookRow
    market: Market
    standing: OfferStanding
    must_sign: bool
    takes: int


@require_safe
@signed_in
def my_offers(request: HttpRequest, account: Account) -> HttpResponse:
    """List the reader's offers, open ones first, and the drafts that were begun."""
    now = clock.now()
    offers = sorted(queries.offers_of(account), key=lambda one: one.state == "closed")
    context = {
        "rows": priced(offers, now=now),
        "break": listing.break_of(account, now=now),
        "drafts": sketches.sketches_of(account),
    }
    return render(request, "offers/mine.html", context)


def priced(offers: Iterable[Offer], *, now: datetime) -> list[Row]:
    """Return offers with their prices now, each market asked for once."""
    wanted = list(offers)
    markets = prices.markets([(offer.asset.symbol, offer.currency_id) for offer in wanted], now=now)
    takes = trades.takes_of([offer.pk for offer in wanted], since=now - clock.seconds(7 * 86_400))
    return [
        _row(offer, markets[offer.asset.symbol, offer.currency_id], now=now, takes=takes.get(offer.pk, 0))
        for offer in wanted
    ]


def _row(offer: Offer, market: Market, *, now: datetime, takes: int) -> Row:
    must_sign = offer.state == "draft" or (offer.state != "closed" and not is_consent_current(offer))
    shown = row_of(offer, market=market, now=now)
    return Row(offer, shown, market, standing_words(offer, shown, must_sign=must_sign), must_sign, takes)


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


@require_POST
@signed_in
def switch_several(request: HttpRequest, account: Account) -> HttpResponse:
    """Pause or resume every ticked offer; each refusal is told, none holds up the others."""
    deed = request.POST.get("deed", "")
    if deed not in SEVERAL:
        raise NotFound()
    done = switching.switch_all(request.POST.getlist("offers")[:100], state=SEVERAL[deed], by=account, now=clock.now())
    good = [one for one in done if one.refused is None]
    if good:
        messages.success(request, f"{'Paused' if deed == 'pause' else 'Resumed'}: {len(good)} of {len(done)} offers.")
    for one in done:
        if one.refused is not None:
            messages.warning(request, f"Offer {one.code}: {one.words}")
    if not done:
        messages.warning(request, "Tick the offers first. Nothing was changed.")
    return redirect("my-offers")


@require_POST
@signed_in
def take_break(request: HttpRequest, account: Account) -> HttpResponse:
    """Begin a break of an hour or without end, or end it."""
    now, span = clock.now(), request.POST.get("span", "")
    if span == "end":
        listing.end_break(by=account, now=now)
        messages.success(request, "Welcome back. Your offers are in the book again.")
    elif span in {"hour", "open"}:
        until = now + listing.SHORT_BREAK if span == "hour" else None
        listing.take_break(by=account, until=until, now=now)
        end = f"until {clock_words(until, now=now)}" if until else "until you return"
        messages.success(request, f"Your offers are hidden {end}. Running trades go on.")
    else:
        raise NotFound()
    return redirect("my-offers")
