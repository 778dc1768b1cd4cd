"""Writing an offer: a new one, a copy, or an edit. Whatever is wrong comes back with every answer kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from exchange.accounts.models import Account
from exchange.catalog import queries as catalog
from exchange.catalog.models import Currency, Rail
from exchange.core import clock
from exchange.core.errors import Forbidden, Invalid
from exchange.offers import actions, queries, sketches
from exchange.offers.drafts import draft_of
from exchange.offers.models import Offer, Sketch
from exchange.prices import queries as prices
from exchange.web import pairs
from exchange.web.form_errors import take_over
from exchange.web.offer_form_fields import POINTERS, OfferForm, answers_of
from exchange.web.offer_preview import form_of, keep, look
from exchange.web.visitors import signed_in

# The order in which most people look for a way to pay.
RAILS = (
    Rail.INSTANT_BANK,
    Rail.BANK_TRANSFER,
    Rail.CARD_WALLET,
    Rail.MOBILE_MONEY,
    Rail.CASH_IN_PERSON,
    Rail.CASH_BY_MAIL,
    Rail.GIFT_CARD,
    Rail.OTHER,
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest, account: Account) -> HttpResponse:
    """Write a new offer; `?copy=CODE` begins with the answers of one's own other offer."""
    code = request.POST.get("draft") or request.GET.get("draft") or ""
    sketch = sketches.sketch_of(code, by=account) if code else None
    form = _form(request, initial=sketch.answers if sketch else _first_answers(request, account))
    if "keep" in request.POST:
        return redirect(f"{request.path}?draft={keep(request, account, now=clock.now()).code}")
    if form.is_bound and form.is_valid():
        try:
            offer = actions.create(by=account, draft=form.draft(), now=clock.now())
        except Invalid as error:
            take_over(form, error, names=_names(error))
        else:
            if sketch is not None:
                sketches.drop(sketch)
            return redirect("offer", offer.code)
    if form.errors:
        # Whatever was wrong, nothing that was typed is lost, on this device or another.
        sketch = keep(request, account, now=clock.now())
    return _show(request, form, account=account, sketch=sketch)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Change one's own offer; it leaves the book until its new version is signed."""
    offer = queries.offer_by_code(code, viewer=account)
    if offer.maker_id != account.pk:
        raise Forbidden("Only its maker may change an offer.")
    form = _form(request, initial=answers_of(draft_of(offer)), offer=offer)
    if form.is_bound and form.is_valid():
        version = request.POST.get("version", "")
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        try:
            actions.edit(offer, by=account, version=seen, changes=form.changes(), now=clock.now())
        except Invalid as error:
            take_over(form, error, names=_names(error))
        else:
            return redirect("offer", offer.code)
    return _show(request, form, account=account, offer=offer)


def _form(request: HttpRequest, *, initial: dict[str, Any], offer: Offer | None = None) -> OfferForm:
    """Return the form; the button that only looks up another currency keeps the answers and judges nothing."""
    is_look = bool({"look", "keep"} & set(request.POST))
    if is_look:
        initial = {name: request.POST.get(name, "") for name in request.POST}
        initial["methods"] = request.POST.getlist("methods")
        initial["open_days"] = request.POST.getlist("open_days")
    return OfferForm(
        request.POST if request.method == "POST" and not is_look else None,
        initial=initial,
        assets=catalog.assets(),
        currencies=catalog.currencies(),
        methods=catalog.methods(currency=offer.currency_id if offer else None),
        is_edit=offer is not None,
    )


def _show(
    request: HttpRequest,
    form: OfferForm,
    *,
    account: Account,
    offer: Offer | None = None,
    sketch: Sketch | None = None,
) -> HttpResponse:
    now = clock.now()
    chosen = pairs.Pair(str(form["asset"].value() or "ETH"), str(form["currency"].value() or "EUR"))
    context = {
        "form": form,
        "offer": offer,
        "rails": by_rail(form, currency=chosen.currency),
        "market": prices.market(chosen.asset, chosen.currency, now=now),
        "money": Currency.objects.filter(code=chosen.currency).first(),
        "pair": chosen,
        "sketch": sketch,
        "preview": look(form_of(form.data if form.is_bound else _as_sent(form)), by=account, now=now),
        "account": account,
        "asks_far_price": "accept_far_price" in form.errors or bool(form["accept_far_price"].value()),
    }
    return render(request, "offers/form.html", context, status=422 if form.errors else 200)


def _as_sent(form: OfferForm) -> QueryDict:
    """Return the answers a form shows as if they had been sent, so that the preview can be reckoned at once."""
    sent = QueryDict(mutable=True)
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, list | tuple):
            sent.setlist(name, [str(one) for one in value])
        elif value not in {None, "", False}:
            sent[name] = "on" if value is True else str(value)
    return sent


def by_rail(form: OfferForm, *, currency: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the method boxes in groups by rail: those that move the chosen currency."""
    checked = {str(slug) for slug in form["methods"].value() or []}
    groups: dict[str, list[dict[str, Any]]] = {str(rail.label): [] for rail in RAILS}
    for method in catalog.methods():
        if currency not in {one.code for one in method.currencies.all()}:
            continue
        box = {"slug": method.slug, "name": method.name, "is_checked": method.slug in checked, "method": method}
        groups[str(method.get_rail_display())].append(box)
    return [(rail, boxes) for rail, boxes in groups.items() if boxes]


def _first_answers(request: HttpRequest, account: Account) -> dict[str, Any]:
    copied = request.GET.get("copy")
    if copied:
        offer = queries.offer_by_code(copied, viewer=account)
        if offer.maker_id == account.pk:
            return answers_of(draft_of(offer))
    pair = pairs.remembered(request)
    wanted = {name: request.GET.get(name, "") for name in ("side", "asset", "currency")}
    return {
        "side": wanted["side"] if wanted["side"] in {"buy", "sell"} else "sell",
        "asset": wanted["asset"] or pair.asset,
        "currency": wanted["currency"] or pair.currency,
    }


def _names(error: Invalid) -> dict[str, str]:
    """Return where each refusal belongs; those about one of the methods belong to all of them."""
    methods = {pointer: "methods" for pointer in error.fields if pointer.startswith("/methods")}
    return {**POINTERS, "/fallback_buyer_bps": "fallback", **methods}
