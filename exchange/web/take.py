"""Taking an offer: check the answers, then one form post. A moved price and a lost race are questions, not failures."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from exchange.accounts.models import Account
from exchange.core import clock, money
from exchange.core.errors import Conflict, Invalid
from exchange.offers import book, queries
from exchange.offers.arbiters import panel_for
from exchange.offers.gates import check_take
from exchange.offers.models import Offer
from exchange.offers.quotes import make_quote
from exchange.prices import queries as prices
from exchange.trades import actions
from exchange.trades import queries as trades
from exchange.trades.quoting import AllIn
from exchange.web.form_errors import take_over
from exchange.web.listings import listings
from exchange.web.offer import link_key, offer_context
from exchange.web.take_form import TakeForm
from exchange.web.visitors import account_of, reading_as, visitor

# Refusals that mean: this offer will not do any more, here are others.
GONE = frozenset({"offer_gone", "offer_paused", "not_enough_left", "price_paused", "maker_away", "outside_hours"})
POINTERS = {"/amount_fiat": "amount", "/amount_asset": "amount"}
SIMILAR = 3


@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Show the answers to check; on POST start the trade and lead to it."""
    offer = queries.offer_by_code(code, viewer=visitor(request), key=link_key(request))
    form = TakeForm(request.POST if request.method == "POST" else request.GET, offer=offer)
    if not form.is_valid():
        return _ask_again(request, offer, form)
    try:
        if request.method == "POST":
            return _start(request, offer, form)
        return _review(request, offer, form)
    except Invalid as error:
        take_over(form, error, names=POINTERS)
        return _ask_again(request, offer, form)
    except Conflict as error:
        return _explain(request, offer, form, error)


def _start(request: HttpRequest, offer: Offer, form: TakeForm) -> HttpResponse:
    data, account = form.cleaned_data, account_of(request)
    is_fiat = data["unit"] == "fiat"
    units = None if is_fiat else money.to_units(data["amount"], decimals=offer.asset.decimals)
    trade = actions.take(
        offer.code,
        by=account,
        method=data["method"],
        amount_fiat=data["amount"] if is_fiat else None,
        amount_units=units,
        quote=request.POST.get("quote") or None,
        key=link_key(request) or None,
        now=clock.now(),
    )
    return redirect("trade", trade.code)


def _review(request: HttpRequest, offer: Offer, form: TakeForm, *, status: int = 200, news: str = "") -> HttpResponse:
    now = clock.now()
    terms = _terms(offer, form)
    reader = visitor(request)
    if reader is not None:
        _check(offer, reader, terms)
    context = {
        "offer": offer,
        "panel": panel_for(offer.asset),
        "form": form,
        "terms": terms,
        "method": offer.methods.filter(slug=terms.method).first(),
        "quote": make_quote(offer, terms.fiat, now),
        "lock_by": terms.lock_by,
        "pay_by": terms.pay_by,
        "news": news,
        "key": link_key(request),
    }
    return render(request, "offers/review.html", context, status=status)


def _check(offer: Offer, reader: Account, terms: AllIn) -> None:
    """Refuse what the take itself would refuse, before the reader is asked to decide."""
    record = trades.record_of(reader)
    check_take(
        offer,
        reader,
        amount_fiat=terms.fiat,
        finished_trades=record.finished,
        is_first_trade=offer.maker_id not in record.partners,
        now=clock.now(),
        market=terms.market,
        units=terms.units,
        open_takes=trades.open_takes(reader),
    )


def _terms(offer: Offer, form: TakeForm) -> AllIn:
    now = clock.now()
    return form.terms(prices.market(offer.asset.symbol, offer.currency_id, now=now), now=now)


def _ask_again(request: HttpRequest, offer: Offer, form: TakeForm) -> HttpResponse:
    return render(request, "offers/offer.html", offer_context(request, offer, form=form), status=422)


def _explain(request: HttpRequest, offer: Offer, form: TakeForm, error: Conflict) -> HttpResponse:
    if error.code == "price_changed":
        return _ask_which(request, offer, form, old_price=Decimal(str(error.extra["old"])))
    if error.code == "quote_expired":
        return _review(request, offer, form, status=409, news="The price was a minute old, so here is today's.")
    if error.code == "offer_changed":
        fresh = queries.offer_by_code(offer.code, viewer=visitor(request), key=link_key(request))
        return _review(request, fresh, form, status=409, news="The maker has changed this offer. Check it again.")
    if error.code in GONE:
        return _say_gone(request, offer, form, error)
    raise error


def _ask_which(request: HttpRequest, offer: Offer, form: TakeForm, *, old_price: Decimal) -> HttpResponse:
    """Let the reader keep the money or keep the coins; nothing is chosen for them."""
    now = clock.now()
    new = _terms(offer, form)
    decimals, minor_units = offer.asset.decimals, offer.currency.minor_units
    if form.cleaned_data["unit"] == "fiat":
        fiat = new.fiat
        units = money.coins_for(fiat, price=old_price, decimals=decimals)
    else:
        units = new.units
        fiat = money.fiat_for(units, price=old_price, decimals=decimals, minor_units=minor_units)
    context = {
        "offer": offer,
        "panel": panel_for(offer.asset),
        "old_price": old_price,
        "new_price": new.price,
        "market": new.market,
        "method": new.method,
        "buys": new.buys,
        "fiat": fiat,
        "units": units,
        "units_now": money.coins_for(fiat, price=new.price, decimals=decimals),
        "fiat_now": money.fiat_for(units, price=new.price, decimals=decimals, minor_units=minor_units),
        "quote": make_quote(offer, fiat, now),
        "key": link_key(request),
    }
    return render(request, "offers/price_changed.html", context, status=409)


def _say_gone(request: HttpRequest, offer: Offer, form: TakeForm, error: Conflict) -> HttpResponse:
    data = form.cleaned_data
    amount = data["amount"] if data["unit"] == "fiat" else None
    side = "buy" if offer.side == "sell" else "sell"
    page = book.book(
        side=side,
        asset=offer.asset.symbol,
        currency=offer.currency_id,
        amount=amount,
        method=data["method"],
        now=clock.now(),
        limit=SIMILAR + 1,
        **reading_as(visitor(request)),
    )
    others = [row for row in page.items if row.code != offer.code][:SIMILAR]
    rows = listings(
        others, market=page.market.price, buys=side == "buy", amount=amount, is_stable=offer.asset.is_stable
    )
    context = {"offer": offer, "side": side, "problem": error.message, "rows": rows, "amount": amount}
    return render(request, "offers/gone.html", context, status=409)
