"""Everything that writes offers. Each change is one conditional UPDATE on the version and state its writer has seen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from escrow import signatures
from escrow.terms import digest
from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core import clock, outbox
from exchange.core.errors import Conflict, Forbidden, Invalid
from exchange.offers import gates, limits
from exchange.offers.claims import claim
from exchange.offers.columns import columns_of
from exchange.offers.drafts import OfferDraft, draft_of
from exchange.offers.formulas import refreshed
from exchange.offers.listing import relist_spent, showing_columns
from exchange.offers.models import Offer, OfferState, PriceType
from exchange.offers.queries import offer_by_key
from exchange.offers.tell import tell
from exchange.offers.typed import is_consent_current, offer_typed_data
from exchange.offers.validate import check_draft
from exchange.prices import queries as prices

# What makes an offer another offer; the rest can be edited.
_FIXED = ("side", "asset", "currency")


def create(*, by: Account, draft: OfferDraft, now: datetime) -> Offer:
    """Store `draft` as an offer of `by` that nobody sees until it is signed.

    Raises `Invalid` naming each wrong field, `Conflict` (`too_many_offers`) at the limit of open offers.
    """
    policy.require_may_trade(by, now=now)
    values = check_draft(draft, read_market=lambda asset, currency: prices.market(asset, currency, now=now), now=now)
    if by.offers.exclude(state=OfferState.CLOSED).count() >= limits.MOST_OPEN_OFFERS:
        words = f"You have {limits.MOST_OPEN_OFFERS} open offers, which is the limit. Close one first."
        raise Conflict(words, code="too_many_offers")
    _check_formulas(by, values.rule.type)
    offer = Offer(maker=by, created_at=now, updated_at=now, remaining_units=values.total_units, **columns_of(values))
    offer.side, offer.asset, offer.currency = values.side, values.asset, values.currency
    offer.typed_data = offer_typed_data(offer, methods=tuple(method.slug for method in values.methods))
    with transaction.atomic():
        offer.save(force_insert=True)
        offer.methods.set(values.methods)
    return offer


def sign(offer: Offer, *, by: Account, signature: str, now: datetime) -> Offer:
    """Publish `offer` with the maker's signature over its EIP-712 form.

    Raises `Forbidden` for anybody else, `Invalid` (`bad_signature`), `Conflict` when it was closed or edited meanwhile.
    """
    _require_maker(offer, by)
    policy.require_may_trade(by, now=now)
    policy.require_shown(offer.code, now=now)
    typed_data = offer_typed_data(offer)
    try:
        signatures.check(digest(typed_data), signature, signer=by.address)
    except signatures.BadSignature as error:
        raise Invalid(str(error), code="bad_signature", fields={"/signature": str(error)}) from error
    unclosed = (OfferState.DRAFT, OfferState.PAUSED, OfferState.ACTIVE)
    changes = {"typed_data": typed_data, "signature": signature, **_shown(offer, now=now)}
    with transaction.atomic():
        published = _change(offer, version=offer.version, states=unclosed, now=now, **changes)
        outbox.emit("offer.published", {"offer": published.code, "version": published.version})
    return published


def edit(offer: Offer, *, by: Account, version: int, changes: Mapping[str, Any], now: datetime) -> Offer:
    """Change fields of `OfferDraft`. The offer leaves the book until the maker signs its new version.

    Running trades keep what was signed. A new `total_asset` counts what was taken already. Raises `Invalid` naming
    wrong fields, `Conflict` for a version that is not the current one.
    """
    _require_maker(offer, by)
    _require_version(offer, version)
    fixed = {f"/{name}": "This cannot be edited. Make a new offer." for name in _FIXED if name in changes}
    if fixed:
        raise Invalid(fields=fixed)
    draft = replace(draft_of(offer), **changes)
    values = check_draft(draft, read_market=lambda asset, currency: prices.market(asset, currency, now=now), now=now)
    if offer.price_type != PriceType.FORMULA:
        _check_formulas(by, values.rule.type)
    added = values.total_units - int(offer.total_units)
    edited = Offer.objects.filter(pk=offer.pk, version=version).exclude(state=OfferState.CLOSED)
    with transaction.atomic():
        # What is taken at this very moment is counted by the database, not by what was read before.
        done = edited.filter(remaining_units__gte=-added).update(
            **columns_of(values),
            version=F("version") + 1,
            remaining_units=F("remaining_units") + added,
            state=OfferState.DRAFT,
            signature="",
            updated_at=now,
        )
        if done != 1 and edited.exists():
            words = "More than this has been taken already. Give a larger total."
            raise Invalid(fields={"/total_asset": words})
        if done != 1:
            raise _gone_or_changed(offer_by_key(offer.pk))
        fresh = offer_by_key(offer.pk)
        fresh.methods.set(values.methods)
        fresh.typed_data = offer_typed_data(fresh, methods=tuple(method.slug for method in values.methods))
        Offer.objects.filter(pk=fresh.pk, version=fresh.version).update(typed_data=fresh.typed_data)
        tell(fresh)
    return fresh


def pause(offer: Offer, *, by: Account, version: int, now: datetime) -> Offer:
    """Take an active offer out of the book for a while; pausing twice changes nothing."""
    _require_maker(offer, by)
    states = (OfferState.ACTIVE, OfferState.PAUSED)
    return _change(offer, version=version, states=states, now=now, state=OfferState.PAUSED)


def resume(offer: Offer, *, by: Account, version: int, now: datetime) -> Offer:
    """Put a paused offer back. Raises `Conflict` (`sign_again`) when what was signed no longer holds."""
    _require_maker(offer, by)
    policy.require_may_trade(by, now=now)
    policy.require_shown(offer.code, now=now)
    states = (OfferState.ACTIVE, OfferState.PAUSED)
    if offer.state in states and not is_consent_current(offer):
        words = "The arbiter, the fee or the contract of this site changed since you signed. Sign this offer again."
        raise Conflict(words, code="sign_again")
    return _change(offer, version=version, states=states, now=now, **_shown(offer, now=now))


def close(offer: Offer, *, by: Account, version: int, now: datetime) -> Offer:
    """End an offer for good; running trades go on. Closing twice changes nothing."""
    _require_maker(offer, by)
    return _change(offer, version=version, states=tuple(OfferState), now=now, state=OfferState.CLOSED)


def take_down(offer: Offer, *, now: datetime) -> Offer:
    """End an offer in the name of staff; the caller writes the audit log."""
    return _change(offer, version=offer.version, states=tuple(OfferState), now=now, state=OfferState.CLOSED)


def reserve(offer_id: int, *, version: int, units: int, now: datetime, price: Decimal | None = None) -> None:
    """Take `units` out of what is left, in one conditional UPDATE: of a hundred parallel takers the last unit has one.

    An offer whose remainder at `price` is below its smallest trade leaves the book in the same transaction.

    Raises `Conflict` with the code `offer_gone`, `offer_paused`, `offer_changed` or `not_enough_left`.
    """
    if units <= 0:
        raise Invalid(fields={"/amount": "This must be more than zero."})
    if claim(offer_id, version=version, units=units, now=now):
        left = offer_by_key(offer_id)
        tell(left)
        relist_spent(left, price=price, now=now)
        return
    # Ninety-nine of a hundred come here: what they need is read without building the offer.
    found = Offer.objects.filter(pk=offer_id).values_list("version", "state", "remaining_units").first()
    if found is None or found[:2] != (version, OfferState.ACTIVE):
        raise _gone_or_changed(offer_by_key(offer_id))
    raise gates.not_enough_left(int(found[2]))


def give_back(offer_id: int, *, units: int) -> None:
    """Return `units` of a trade that never locked its coins, whatever became of the offer meanwhile."""
    # Never above the total: a second return must not create coins out of nothing.
    more = Least(F("remaining_units") + units, F("total_units"))
    if Offer.objects.filter(pk=offer_id).update(remaining_units=more) == 1:
        offer = offer_by_key(offer_id)
        tell(offer)
        relist_spent(offer, price=None, now=clock.now())


def _change(offer: Offer, *, version: int, states: tuple[OfferState, ...], now: datetime, **values: Any) -> Offer:
    """Write `values` if the offer still has `version` and one of `states`. Raises `Conflict` otherwise."""
    rows = Offer.objects.filter(pk=offer.pk, version=version, state__in=states)
    with transaction.atomic():
        changed = rows.update(**values, updated_at=now)
        fresh = offer_by_key(offer.pk)
        if changed != 1:
            raise _gone_or_changed(fresh)
        tell(fresh)
    return fresh


def _shown(offer: Offer, *, now: datetime) -> dict[str, Any]:
    """Return the columns of `offer` when it goes into the book: its formula's price, and whether it is hidden."""
    refreshed(offer, now=now)
    formula = {name: getattr(offer, name) for name in ("formula_price", "formula_until", "formula_problem")}
    return {"state": OfferState.ACTIVE, **formula, **showing_columns(offer, now=now)}


def _check_formulas(by: Account, price_type: PriceType) -> None:
    if price_type is not PriceType.FORMULA:
        return
    rows = by.offers.exclude(state=OfferState.CLOSED).filter(price_type=PriceType.FORMULA)
    if rows.count() >= limits.MOST_FORMULA_OFFERS:
        words = f"You have {limits.MOST_FORMULA_OFFERS} offers with a formula, which is the limit."
        raise Conflict(words, code="too_many_formulas")


def _require_maker(offer: Offer, by: Account) -> None:
    if offer.maker_id != by.pk:
        raise Forbidden("Only its maker may change an offer.", code="not_yours")


def _require_version(offer: Offer, version: int) -> None:
    if offer.version != version or offer.state == OfferState.CLOSED:
        raise _gone_or_changed(offer)


def _gone_or_changed(offer: Offer) -> Conflict:
    if offer.state == OfferState.CLOSED:
        return Conflict("This offer is gone.", code="offer_gone")
    if offer.state == OfferState.PAUSED:
        return Conflict("This offer is paused.", code="offer_paused")
    return Conflict(
        "This offer was changed in the meantime. Look at it again and decide anew.",
        code="offer_changed",
        extra={"version": offer.version},
    )
