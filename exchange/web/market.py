"""The marketplace: the best offers for my amount, readable by everyone, filtered by the address."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.core import clock
from exchange.offers import book
from exchange.offers.book import MOST_COUNTED, Page
from exchange.prices import queries as prices
from exchange.web import pairs
from exchange.web.book_filter import BookFilter, FilterForm, read_filter, relax
from exchange.web.errors import is_fragment
from exchange.web.listings import listings
from exchange.web.visitors import reading_as, visitor

ROWS = 25


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the market of the pair last looked at."""
    pair = pairs.remembered(request)
    return market(request, side="buy", asset=pair.asset, currency=pair.currency)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Lead a sent filter form to its address; a fragment request gets the list at once, with the address to show."""
    pair = pairs.remembered(request)
    side = request.GET.get("side", "buy")
    asset, currency = request.GET.get("asset", pair.asset), request.GET.get("currency", pair.currency)
    form = _form(request, side=side, asset=asset, currency=currency)
    wanted = read_filter(form, side=side if side in {"buy", "sell"} else "buy", asset=asset, currency=currency)
    if not is_fragment(request) and not form.errors:
        return HttpResponseRedirect(wanted.address)
    return _show(request, form, wanted)


@require_safe
def market(request: HttpRequest, side: str, asset: str, currency: str) -> HttpResponse:
    """Show the offers of one pair and direction."""
    form = _form(request, side=side, asset=asset.upper(), currency=currency.upper())
    return _show(request, form, read_filter(form, side=side, asset=asset, currency=currency))


@require_safe
def news(request: HttpRequest, side: str, asset: str, currency: str) -> HttpResponse:
    """Tell whether the first page has changed since the reader loaded it; the list itself stays still."""
    form = _form(request, side=side, asset=asset.upper(), currency=currency.upper())
    wanted = read_filter(form, side=side, asset=asset, currency=currency)
    page = book.book(**wanted.said(), now=clock.now(), limit=ROWS)
    seen = request.GET.get("seen", "")
    return render(request, "market/news.html", {"wanted": wanted, "seen": seen, "has_news": seen != mark_of(page)})


@require_safe
def price(request: HttpRequest, asset: str, currency: str) -> HttpResponse:
    """Show the market line of one pair again."""
    form = _form(request, side="buy", asset=asset.upper(), currency=currency.upper())
    wanted = read_filter(form, side="buy", asset=asset, currency=currency)
    quoted = prices.market(wanted.asset.symbol, wanted.currency.code, now=clock.now())
    return render(request, "market/line.html", {"wanted": wanted, "market": quoted})


def mark_of(page: Page) -> str:
    """Return a short mark of which offers, in which version and size, stand on a page; prices may move under it."""
    facts = ",".join(sorted(f"{row.code}.{row.version}.{row.remaining_units}" for row in page.items))
    return hashlib.sha256(facts.encode()).hexdigest()[:12]


def _form(request: HttpRequest, *, side: str, asset: str, currency: str) -> FilterForm:
    said = {"amount": request.GET.get("amount", ""), "method": request.GET.get("method", "")}
    return FilterForm({**said, "side": side, "asset": asset, "currency": currency}, currency=currency)


def _show(request: HttpRequest, form: FilterForm, wanted: BookFilter) -> HttpResponse:
    reader = visitor(request)
    cursor = request.GET.get("cursor") or None
    page = book.book(
        **wanted.said(),
        now=clock.now(),
        cursor=cursor,
        limit=ROWS,
        **reading_as(reader),
    )
    count = book.count(**wanted.said(), now=clock.now())
    context: dict[str, Any] = {
        "form": form,
        "wanted": wanted,
        "market": page.market,
        "rows": listings(
            page.items,
            market=page.market.price,
            buys=wanted.buys,
            amount=wanted.amount,
            is_stable=wanted.asset.is_stable,
        ),
        "count": count,
        "count_words": f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}",
        "relaxations": _relaxations(wanted) if not page.items else [],
        "next": page.next,
        "first": cursor is not None,
        "seen": mark_of(page),
        "is_new_here": reader is None,
    }
    template = "market/book.html" if is_fragment(request) else "market/market.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    if is_fragment(request):
        response["HX-Push-Url"] = wanted.address
    response["Vary"] = "HX-Request, Cookie"
    pairs.remember(response, wanted.pair)
    return response


def _relaxations(wanted: BookFilter) -> list[tuple[str, int, str]]:
    found = [(words, book.count(**other.said(), now=clock.now()), other.address) for words, other in relax(wanted)]
    return [relaxation for relaxation in found if relaxation[1]][:3]
