"""From request bodies to offers: the draft of a new one, the changes of an edit, and the version it was made from."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from exchange.accounts.models import Account
from exchange.api.schemas.offers import EditOffer, FixedPrice, FormulaPrice, MakeOffer, MarginPrice, WorkingHours
from exchange.core.errors import Conflict, Invalid
from exchange.offers import actions
from exchange.offers.drafts import HoursDraft, OfferDraft, PriceDraft
from exchange.offers.models import Offer

_REMOVABLE = frozenset({"first_trade_max", "country", "working_hours"})


def draft_of(body: MakeOffer) -> OfferDraft:
    """Return the draft that `POST /offers` describes."""
    facts = body.model_dump(exclude={"price", "methods", "working_hours"})
    return OfferDraft(
        **facts, price=_price(body.price), methods=tuple(body.methods), working_hours=_hours(body.working_hours)
    )


def carry_out(offer: Offer, body: EditOffer, *, by: Account, version: int, now: datetime) -> Offer:
    """Pause, resume or edit `offer`. Raises `Invalid` for both at once or nothing at all."""
    changes = _changes(body)
    if (body.state is None) == (not changes):
        raise Invalid(fields={"/state": "Change either the state or the contents of an offer."})
    if body.state is None:
        return actions.edit(offer, by=by, version=version, changes=changes, now=now)
    change = actions.pause if body.state == "paused" else actions.resume
    return change(offer, by=by, version=version, now=now)


def expected_version(request: HttpRequest, version: int | None, *, otherwise: int | None = None) -> int:
    """Return the version an edit was made from: `version` of the body, else the header `If-Match`, else `otherwise`."""
    if version is not None:
        return version
    header = request.headers.get("If-Match", "").strip().strip('"')
    if header.isascii() and header.isdigit() and len(header) <= 10:
        return int(header)
    if header or otherwise is None:
        raise Invalid(fields={"/version": "Say which version you edit: in the body, or as If-Match."})
    return otherwise


def stale(offer: Offer) -> Conflict:
    """Return the refusal of an edit made from another version than the current one."""
    return Conflict(
        "This offer was changed in the meantime. Look at it again and decide anew.",
        code="offer_changed",
        extra={"version": offer.version},
    )


def _changes(body: EditOffer) -> dict[str, Any]:
    changes = body.model_dump(exclude={"version", "state", "price", "working_hours"}, exclude_none=True)
    # What may be taken away again is taken away by a null that was really sent.
    changes |= {name: None for name in _REMOVABLE & body.model_fields_set if getattr(body, name) is None}
    if body.working_hours is not None:
        changes["working_hours"] = _hours(body.working_hours)
    if body.price is not None:
        changes["price"] = _price(body.price)
    if "methods" in changes:
        changes["methods"] = tuple(changes["methods"])
    return changes


def _price(rule: FixedPrice | MarginPrice | FormulaPrice) -> PriceDraft:
    return PriceDraft(**rule.model_dump())


def _hours(body: WorkingHours | None) -> HoursDraft | None:
    return None if body is None else HoursDraft(**{**body.model_dump(), "days": tuple(body.days)})
