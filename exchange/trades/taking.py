"""Taking an offer: one transaction from the offer's conditional update to the trade, its Terms and its timeline."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from escrow.terms import Domain, trade_id
from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.catalog.models import PaymentMethod
from exchange.core.errors import Conflict, Forbidden, Invalid
from exchange.offers import actions as offers
from exchange.offers import formulas, gates, pricing, quotes
from exchange.offers import queries as offer_queries
from exchange.offers.formulas import refreshed
from exchange.offers.models import Offer, OfferState
from exchange.offers.models import Side as OfferSide
from exchange.prices import queries as prices
from exchange.prices.queries import Market
from exchange.trades import queries
from exchange.trades.agreement import Agreement, Deal, draw_up
from exchange.trades.apply import append_entry, tell
from exchange.trades.models import Trade
from exchange.trades.quoting import fix_amounts
from exchange.trades.states import State

# Takes that were let go count against the cap for this long, so that nobody can keep an offer busy for nothing.
GIVEN_UP_COUNTS = timedelta(hours=1)
# Nobody takes one and the same offer again after letting it go so often within this time.
MOST_GIVEN_UP, COOLING = 3, timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a coin costs in this trade and the market it was fixed against."""

    value: Decimal
    market: Market


def take(
    offer_code: str,
    *,
    by: Account,
    method: str,
    now: datetime,
    amount_fiat: Decimal | None = None,
    amount_units: int | None = None,
    quote: str | None = None,
    key: str | None = None,
) -> Trade:
    """Take an offer for so much fiat or so many base units and return the trade, waiting for signatures.

    `key` is the link's, for an offer shared by link. A quote's price holds while the offer's own has not moved further
    from it than PRICE_TOLERANCE_BPS. Raises `NotFound`, or what `offers.gates.check_take` and `offers.actions.reserve`
    raise, `Invalid` for an amount or method that does not fit, `Conflict` (`too_many_open_takes`).
    """
    policy.require_may_trade(by, now=now)
    with transaction.atomic():
        offer = refreshed(offer_queries.offer_by_code(offer_code, viewer=by, key=key), now=now)
        _check_left(offer, by)
        policy.require_on_terms(maker=offer.maker, taker=by, now=now)
        market = prices.market(offer.asset.symbol, offer.currency_id, now=now)
        seen = quotes.read_quote(quote, now) if quote is not None else None
        record = queries.record_of(by)
        check = partial(
            gates.check_take,
            offer,
            by,
            finished_trades=record.finished,
            is_first_trade=offer.maker_id not in record.partners,
            now=now,
            market=market,
            quote=seen,
        )
        value = seen.price if seen is not None else pricing.effective_price(pricing.rule_of(offer), market, now=now)
        if value is None:
            check(amount_fiat=offer.min_fiat)
            raise gates.price_paused(offer.formula_problem)
        units, fiat = fix_amounts(offer, price=value, amount_fiat=amount_fiat, amount_units=amount_units)
        check(amount_fiat=fiat, units=units)
        _check_cap(by, now=now)
        _check_patience(offer, by, now=now)
        chosen = _choose_method(offer, method=method)
        seller, buyer = (offer.maker, by) if offer.side == OfferSide.SELL else (by, offer.maker)
        deal = _deal(offer, seller=seller, buyer=buyer, units=units, fiat=fiat, price=value, method=chosen)
        agreement = draw_up(deal, queries.house(offer.asset, units), now=now)
        if agreement.terms.arbiter in {seller.address, buyer.address}:
            raise Forbidden("The arbiter of this site cannot trade here.", code="arbiter_is_party")
        # From here on the offer's row is locked, so what is left to do is short.
        offers.reserve(offer.pk, version=offer.version, units=units, price=value, now=now)
        price = Price(value=value, market=market)
        trade = _create(offer, agreement, deal=deal, price=price, by=by, method=chosen, now=now)
        facts = {"offer": offer.code, "offer_version": offer.version, "amount": str(units), "terms": trade.trade_id}
        append_entry(trade, kind="requested", by=by.address, facts=facts, now=now)
        tell(trade, kind="requested", by=by.address, changed=True)
    return trade


def _check_left(offer: Offer, by: Account) -> None:
    """Refuse at once what somebody else has just taken: of a hundred takers of the last unit most come too late."""
    if offer.state == OfferState.ACTIVE and offer.maker_id != by.pk and not offer.remaining_units:
        raise gates.not_enough_left(0)


def _check_cap(by: Account, *, now: datetime) -> None:
    # The row lock makes parallel takes of one account count one after the other; other accounts are not held up.
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    used = queries.open_takes(by) + queries.given_up_takes(by, since=now - GIVEN_UP_COUNTS)
    if used >= settings.MAX_OPEN_TAKES:
        raise Conflict(
            f"You have {used} trades that wait for their coins or were given up within the hour; "
            f"{settings.MAX_OPEN_TAKES} is the limit. Finish one first, or wait.",
            code="too_many_open_takes",
            extra={"used": used, "limit": settings.MAX_OPEN_TAKES},
        )


def _check_patience(offer: Offer, by: Account, *, now: datetime) -> None:
    """Refuse a taker who keeps taking this offer and letting it go: that would hide it from everybody else."""
    given_up = queries.given_up_takes(by, since=now - COOLING, offer=offer)
    if given_up >= MOST_GIVEN_UP:
        raise Conflict(
            f"You took this offer {given_up} times within a day and let it go each time. Take another one, or wait.",
            code="cooling_down",
            extra={"given_up": given_up, "retry_after": int(COOLING.total_seconds())},
        )


def _choose_method(offer: Offer, *, method: str) -> PaymentMethod:
    chosen = offer.methods.filter(slug=method, is_active=True).first()
    if chosen is None:
        raise Invalid(fields={"/method": "This offer does not take this payment method."})
    return chosen


def _deal(
    offer: Offer, *, seller: Account, buyer: Account, units: int, fiat: Decimal, price: Decimal, method: PaymentMethod
) -> Deal:
    return Deal(
        seller=seller.address,
        buyer=buyer.address,
        token=offer.asset.token,
        units=units,
        fiat=fiat,
        price=price,
        asset=offer.asset.symbol,
        currency=offer.currency_id,
        method=method.slug,
        offer=offer.code,
        offer_version=offer.version,
        payment_window=offer.payment_window,
        confirm_window=offer.confirm_window,
        arbitration_window=offer.arbitration_window,
        fallback_buyer_bps=offer.fallback_buyer_bps,
    )


def _create(
    offer: Offer, agreement: Agreement, *, deal: Deal, price: Price, by: Account, method: PaymentMethod, now: datetime
) -> Trade:
    domain: Domain = queries.new_domain()
    maker_sells = offer.side == OfferSide.SELL
    approval_by = now + timedelta(seconds=settings.APPROVAL_WINDOW)
    return Trade.objects.create(
        offer=offer,
        offer_version=offer.version,
        maker=offer.maker,
        taker=by,
        seller=offer.maker if maker_sells else by,
        buyer=by if maker_sells else offer.maker,
        asset=offer.asset,
        currency=offer.currency,
        method=method,
        amount=deal.units,
        amount_fiat=deal.fiat,
        price=deal.price,
        price_snapshot=_snapshot(offer, price.market, now=now),
        chain_id=domain.chain_id,
        contract=domain.contract,
        trade_id=trade_id(agreement.terms, domain),
        terms=agreement.terms.to_json(),
        details=agreement.details,
        maker_consent={"typed_data": offer.typed_data, "signature": offer.signature},
        needs_maker_signature=offer.approve_by_hand,
        state=State.REQUESTED,
        created_at=now,
        updated_at=now,
        deadline=min(approval_by, agreement.lock_by),
        lock_by=agreement.lock_by,
        pay_by=agreement.pay_by,
    )


def _snapshot(offer: Offer, market: Market, *, now: datetime) -> dict[str, Any]:
    return {
        "type": offer.price_type,
        "margin_bps": offer.margin_bps,
        **_formula(offer, now=now),
        "market": format(market.price, "f") if market.price is not None else None,
        "age": market.age_seconds,
        "label": market.label,
        "sources": [source.facts() for source in market.sources],
    }


def _formula(offer: Offer, *, now: datetime) -> dict[str, Any]:
    """Return the formula a price came from, with every source's value and age; nothing for other prices."""
    if not offer.formula:
        return {}
    rule = pricing.rule_of(offer)
    found = formulas.reckon(rule, asset=offer.asset.symbol, currency=offer.currency_id, now=now)
    used = [{"name": str(one.name), "price": format(one.price, "f"), "age": one.age_seconds} for one in found.sources]
    return {"formula": offer.formula, "formula_sources": used}
