"""Keeps offers in and out of the book: working hours that turn, makers who take a break, remainders, formulas.

What was decided stands in the row (`hidden`, `turns_at`, `formula_price`), so that reading a page decides nothing. A
beat looks at what is due; a lost beat delays, it never loses: the next one finds the same rows.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from exchange.accounts.models import Account
from exchange.core.errors import Invalid
from exchange.offers.formulas import columns_of, group, reckon
from exchange.offers.models import Break, Hidden, Offer, OfferState, PriceType
from exchange.offers.pricing import effective_price, rule_of
from exchange.offers.showing import is_spent, showing_of
from exchange.offers.tell import tell
from exchange.prices import queries as prices

SHORT_BREAK = timedelta(hours=1)
LONGEST_BREAK = timedelta(days=90)
_AT_ONCE = 500


def showing_columns(offer: Offer, *, now: datetime) -> dict[str, Any]:
    """Return `hidden` and `turns_at` as they should stand in the row of `offer`."""
    away = Break.objects.filter(maker=offer.maker_id).first()
    market = prices.market(offer.asset.symbol, offer.currency_id, now=now)
    found = showing_of(
        offer,
        is_away=away is not None,
        away_until=away.until if away else None,
        price=effective_price(rule_of(offer), market, now=now),
        now=now,
    )
    return {"hidden": found.hidden, "turns_at": found.turns_at}


def relist(offers: Iterable[Offer], *, now: datetime) -> int:
    """Look at each offer anew and write what changed; return how many came or went."""
    turned = 0
    for offer in offers:
        columns = showing_columns(offer, now=now)
        if (offer.hidden, offer.turns_at) == (columns["hidden"], columns["turns_at"]):
            continue
        with transaction.atomic():
            # Only what was judged is changed: an edit or a take in between is looked at with its own words.
            rows = Offer.objects.filter(pk=offer.pk, version=offer.version, remaining_units=offer.remaining_units)
            if rows.update(**columns) == 1 and offer.hidden != columns["hidden"]:
                turned += 1
                offer.hidden, offer.turns_at = columns["hidden"], columns["turns_at"]
                tell(offer)
    return turned


def turn_due(*, now: datetime) -> int:
    """Look at every offer whose moment has come; return how many came or went."""
    due = _whole().filter(turns_at__lte=now).order_by("turns_at")[:_AT_ONCE]
    Break.objects.filter(until__lte=now).delete()
    return relist(due, now=now)


def take_break(*, by: Account, until: datetime | None, now: datetime) -> int:
    """Hide every offer of `by` until then, or until they return (None); return how many went. Trades go on."""
    if until is not None and not now < until <= now + LONGEST_BREAK:
        raise Invalid(fields={"/until": f"A break ends within {LONGEST_BREAK.days} days, or when you return."})
    with transaction.atomic():
        Break.objects.update_or_create(maker=by, defaults={"until": until, "since": now})
        return relist(_whole().filter(maker=by, state=OfferState.ACTIVE), now=now)


def end_break(*, by: Account, now: datetime) -> int:
    """Bring the offers of `by` back; return how many came. Ending no break changes nothing."""
    with transaction.atomic():
        Break.objects.filter(maker=by).delete()
        return relist(_whole().filter(maker=by, state=OfferState.ACTIVE), now=now)


def break_of(account: Account, *, now: datetime) -> Break | None:
    """Return the break `account` is taking, if any."""
    found = Break.objects.filter(maker=account).first()
    return found if found and (found.until is None or found.until > now) else None


def relist_spent(offer: Offer, *, price: Decimal | None, now: datetime) -> None:
    """After a take or a return: hide an offer whose remainder is too small, bring one back whose is not any more."""
    if offer.state != OfferState.ACTIVE or offer.hidden not in {Hidden.NOT, Hidden.EMPTY}:
        return
    if is_spent(offer, price=price) != (offer.hidden == Hidden.EMPTY):
        relist([offer], now=now)


def reckon_formulas(*, now: datetime) -> int:
    """Reckon the formulas of all active offers; return how many gave another price than before."""
    changed = 0
    active = _whole().filter(state=OfferState.ACTIVE, price_type=PriceType.FORMULA)
    for (asset, currency, _), offers in group(active.iterator(chunk_size=_AT_ONCE)).items():
        # Equal texts may differ in floor and ceiling; those without share one evaluation.
        seen: dict[tuple[Any, Any], dict[str, Any]] = {}
        for offer in offers:
            limits = (offer.floor_price, offer.ceiling_price)
            if limits not in seen:
                seen[limits] = columns_of(reckon(rule_of(offer), asset=asset, currency=currency, now=now))
        for limits, columns in seen.items():
            keys = [one.pk for one in offers if (one.floor_price, one.ceiling_price) == limits]
            moved = [
                one
                for one in offers
                if one.pk in set(keys)
                and (one.formula_price, one.formula_problem) != (columns["formula_price"], columns["formula_problem"])
            ]
            with transaction.atomic():
                Offer.objects.filter(pk__in=keys, formula=offers[0].formula).update(**columns)
                if moved:
                    tell(moved[0])
            changed += len(moved)
    return changed


def _whole() -> Any:
    return Offer.objects.select_related("maker", "asset", "currency")
