"""The marketplace: the best offers for my amount, readable by everyone, filtered by the address."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.ids import ALPHABET, LENGTH
from exchange.offers import book, queries, searches
from exchange.offers.book import MOST_COUNTED
from exchange.offers.book_rows import BookRow, Reader, read_rows
from exchange.prices import queries as prices
from exchange.prices.queries import Market
from exchange.web import pairs
from exchange.web.book_filter import BookFilter, FilterForm, read_filter, relax
from exchange.web.errors import is_fragment
from exchange.web.listings import Listing, listings
from exchange.web.visitors import reading_as, visitor

ROWS = 25
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


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
    """Tell what became of the rows on screen and how many others there are; the list itself stays still.

    Prices change in place, a row that is gone is struck, and whoever wants the new order asks for it.
    """
    form = _form(request, side=side, asset=asset.upper(), currency=currency.upper())
    wanted = read_filter(form, side=side, asset=asset, currency=currency)
    reader, now = visitor(request), clock.now()
    page = book.book(**wanted.said(), now=now, limit=ROWS, **reading_as(reader))
    seen = read_marks(request.GET.get("seen", ""))
    found = {row.code: row for row in page.items}
    # A row that fell off the page is not gone: only the book itself can say so.
    away = [code for code in seen if code not in found]
    still = {row.code: row for row in rows_by_code(away, reader=reader, wanted=wanted, now=now)}
    shown = [found.get(code) or still.get(code) for code in seen]
    changed = {code for code in found if seen.get(code) != mark_of(found[code])} | set(away)
    context = {
        "wanted": wanted,
        "seen": request.GET.get("seen", ""),
        "changed": len(changed),
        "listings": _listings([row for row in shown if row is not None], wanted, page.market),
        "gone": [code for code in seen if code not in found and code not in still],
    }
    return render(request, "market/news.html", context)


@require_safe
def price(request: HttpRequest, asset: str, currency: str) -> HttpResponse:
    """Show the market line of one pair again."""
    form = _form(request, side="buy", asset=asset.upper(), currency=currency.upper())
    wanted = read_filter(form, side="buy", asset=asset, currency=currency)
    quoted = prices.market(wanted.asset.symbol, wanted.currency.code, now=clock.now())
    return render(request, "market/line.html", {"wanted": wanted, "market": quoted})


def mark_of(row: BookRow) -> str:
    """Return a short mark of the version and size of an offer; its price may move under it."""
    return hashlib.sha256(f"{row.version}.{row.remaining_units}".encode()).hexdigest()[:4]


def marks_of(rows: Iterable[BookRow]) -> str:
    """Return which offers stand on a page and in which shape, as the page's fragment sends it back."""
    return ".".join(f"{row.code}-{mark_of(row)}" for row in rows)


def read_marks(text: str) -> dict[str, str]:
    """Return the marks by code that a page sent back; what is none is left out."""
    found = (part.partition("-") for part in text.split(".")[:ROWS])
    return {code: mark for code, _, mark in found if CODE.fullmatch(code) and len(mark) == 4}


def rows_by_code(codes: Iterable[str], *, reader: Account | None, wanted: BookFilter, now: datetime) -> list[BookRow]:
    """Return the rows of offers that are still in the book, though not on this page any more."""
    wanted_codes = list(codes)
    if not wanted_codes:
        return []
    market = prices.market(wanted.asset.symbol, wanted.currency.code, now=now)
    facts = reading_as(reader)
    who = facts.pop("viewer")
    asked = Reader(
        asset=wanted.asset,
        currency=wanted.currency,
        market=market,
        now=now,
        amount=wanted.amount,
        viewer=who.pk if who else None,
        **facts,
    )
    return read_rows(
        queries.listed_keys(wanted_codes, asset=wanted.asset, currency=wanted.currency, but=facts["blocked"]), asked
    )


def _form(request: HttpRequest, *, side: str, asset: str, currency: str) -> FilterForm:
    said = {name: request.GET.get(name, "") for name in ("amount", "method", "country", "trades", "takeable", "sort")}
    return FilterForm({**said, "side": side, "asset": asset, "currency": currency}, currency=currency)


def _show(request: HttpRequest, form: FilterForm, wanted: BookFilter) -> HttpResponse:
    reader = visitor(request)
    reads = reading_as(reader)
    cursor = request.GET.get("cursor") or None
    page = book.book(
        **wanted.said(),
        now=clock.now(),
        cursor=cursor,
        limit=ROWS,
        **reads,
    )
    count = book.count(**wanted.said(), **reads, now=clock.now())
    context: dict[str, Any] = {
        "form": form,
        "wanted": wanted,
        "market": page.market,
        "rows": _listings(page.items, wanted, page.market),
        "count": count,
        "count_words": f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}",
        "relaxations": _relaxations(wanted, reads) if not page.items else [],
        "next": page.next,
        "first": cursor is not None,
        "seen": marks_of(page.items),
        "searches": searches.searches_of(reader) if reader else [],
        "is_new_here": reader is None,
    }
    template = "market/book.html" if is_fragment(request) else "market/market.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    if is_fragment(request):
        response["HX-Push-Url"] = wanted.address
    response["Vary"] = "HX-Request, Cookie"
    pairs.remember(response, wanted.pair)
    return response


def _listings(rows: list[BookRow], wanted: BookFilter, market: Market) -> list[Listing]:
    return listings(rows, market=market.price, buys=wanted.buys, amount=wanted.amount, is_stable=wanted.asset.is_stable)


def _relaxations(wanted: BookFilter, reads: dict[str, Any]) -> list[tuple[str, int, str]]:
    found = [
        (words, book.count(**other.said(), **reads, now=clock.now()), other.address) for words, other in relax(wanted)
    ]
    return [relaxation for relaxation in found if relaxation[1]][:3]
