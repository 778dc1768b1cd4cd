"""The live preview beside the offer form: the row as the market will show it, its rank, and what the price gives now.

Each change is kept in the draft first, so that a reload or a closed laptop loses nothing that was typed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from exchange.accounts.models import Account
from exchange.catalog import queries as catalog
from exchange.core import clock, money
from exchange.core.errors import DomainError, Invalid
from exchange.offers import book, sketches
from exchange.offers.drafts import PriceDraft
from exchange.offers.formulas import Reckoned, check_formula, reckon
from exchange.offers.models import PriceType
from exchange.offers.pricing import PriceRule, effective_price
from exchange.offers.validate import OfferValues, check_draft
from exchange.prices import queries as prices
from exchange.prices.queries import Market
from exchange.web.offer_form_fields import OfferForm
from exchange.web.pairs import HOME
from exchange.web.units import Coin, Money
from exchange.web.visitors import signed_in

# The answers a draft keeps: every field there is.
KEPT = tuple(OfferForm.base_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What can be said of the answers so far; whatever is None cannot be said yet."""

    market: Market
    coin: Coin
    money: Money
    price: Decimal | None = None
    reckoned: Reckoned | None = None
    problem: str = ""
    far: str = ""
    amount: Decimal | None = None
    rank: int | None = None
    of: int | None = None
    values: OfferValues | None = None


@require_POST
@signed_in
def preview(request: HttpRequest, account: Account) -> HttpResponse:
    """Keep what was typed and show what it makes."""
    now = clock.now()
    sketch = keep(request, account, now=now)
    form = form_of(request.POST)
    context = {"preview": look(form, by=account, now=now), "sketch": sketch, "account": account}
    response = render(request, "offers/preview.html", context)
    if sketch is not None and sketch.offer_id is None:
        response["HX-Replace-Url"] = f"/offers/new?draft={sketch.code}"
    return response


@require_POST
@signed_in
def delete(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Throw a draft away."""
    sketches.drop(sketches.sketch_of(code, by=account))
    messages.success(request, "Draft deleted.")
    return redirect("my-offers")


def keep(request: HttpRequest, account: Account, *, now: datetime) -> Any:
    """Keep the answers of a sent form in its draft; a new one is begun where there is none."""
    answers: dict[str, Any] = {name: request.POST.get(name, "") for name in KEPT if name in request.POST}
    for name in ("methods", "open_days"):
        answers[name] = request.POST.getlist(name)
    for name in ("approve_by_hand", "accept_far_price"):
        answers[name] = request.POST.get(name) == "on"
    code = request.POST.get("draft", "")
    sketch = sketches.sketch_of(code, by=account) if code else sketches.begin(by=account, answers=answers, now=now)
    return sketches.keep(sketch, answers=answers, now=now)


def form_of(data: Any, **options: Any) -> OfferForm:
    """Return the form with every choice there is."""
    return OfferForm(
        data,
        assets=catalog.assets(),
        currencies=catalog.currencies(),
        methods=catalog.methods(),
        **options,
    )


def look(form: OfferForm, *, by: Account, now: datetime) -> Preview:
    """Return what the answers make, as far as they go."""
    form.is_valid()
    data = form.cleaned_data
    # A coin or currency that does not exist was refused by the form; the preview then shows the home pair.
    coin = catalog.asset(data.get("asset") or HOME.asset)
    currency = catalog.currency(data.get("currency") or HOME.currency)
    market = prices.market(coin.symbol, currency.code, now=now)
    found = Preview(
        market=market,
        coin=Coin(coin.symbol, coin.decimals, coin.is_stable),
        money=Money(currency.code, currency.minor_units),
    )
    found = _price(found, form, now=now)
    found = _whole(found, form, now=now)
    side = "buy" if data.get("side", "sell") == "sell" else "sell"
    amount = _usual_amount(data, currency.minor_units)
    if found.price is None:
        return replace(found, amount=amount)
    asked: dict[str, Any] = {"side": side, "asset": coin.symbol, "currency": currency.code, "amount": amount}
    return replace(
        found,
        amount=amount,
        rank=book.rank(found.price, now=now, **asked),
        of=book.count(now=now, **asked) + 1,
    )


def _price(found: Preview, form: OfferForm, *, now: datetime) -> Preview:
    draft = form.price_draft()
    if draft is None:
        return found
    if draft.type == PriceType.FORMULA:
        rule = PriceRule(type=PriceType.FORMULA, formula=draft.text or "", **_limits(draft))
        try:
            check_formula(rule.formula)
            reckoned = reckon(rule, asset=found.coin.symbol, currency=found.money.code, now=now)
        except Invalid as error:
            return replace(found, problem=next(iter(error.fields.values()), error.message))
        return replace(found, price=reckoned.price, reckoned=reckoned, problem=reckoned.words)
    if draft.type == PriceType.FIXED:
        return replace(found, price=Decimal(draft.value or 0) or None)
    rule = PriceRule(type=PriceType.MARGIN, margin_bps=draft.bps, **_limits(draft))
    return replace(found, price=effective_price(rule, found.market, now=now))


def _limits(draft: PriceDraft) -> dict[str, Any]:
    return {
        "floor": Decimal(draft.floor) if draft.floor else None,
        "ceiling": Decimal(draft.ceiling) if draft.ceiling else None,
    }


def _whole(found: Preview, form: OfferForm, *, now: datetime) -> Preview:
    """Judge the whole draft where it is complete: only then can the warning about a far price name the money."""
    if form.errors:
        return found

    def _read(*_: str) -> Market:
        return found.market

    draft = form.draft()
    try:
        # Once as if the far price was meant, for the row; once as if not, for the warning.
        found = replace(found, values=check_draft(replace(draft, accept_far_price=True), read_market=_read, now=now))
        check_draft(replace(draft, accept_far_price=False), read_market=_read, now=now)
    except DomainError as error:
        return replace(found, far=error.fields["/price"]) if error.code == "far_from_market" else found
    return found


def _usual_amount(data: dict[str, Any], minor_units: int) -> Decimal | None:
    least, most = data.get("min_fiat"), data.get("max_fiat")
    if least is None or most is None or most < least:
        return None
    return money.round_fiat((least + most) / 2, minor_units=minor_units)
