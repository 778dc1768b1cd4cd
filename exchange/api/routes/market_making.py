"""Many offers in one call, for programs that make a market. Each offer is changed whole or not at all."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Router

from exchange.accounts.models import Account
from exchange.api import edits
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.problems import problem_of
from exchange.api.render import offers as render
from exchange.api.schemas import market_making as schemas
from exchange.core import clock
from exchange.core.errors import DomainError, Invalid, TooMany, Unavailable
from exchange.offers import actions, queries
from exchange.offers.models import Offer

router = Router()


@call(router, "PATCH", "/me/offers/bulk", gives=schemas.Changed, scope="offers:write")
def change_my_offers(request: HttpRequest, body: schemas.ChangeOffers) -> dict[str, Any]:
    """Pause, resume, edit, sign or close up to a hundred offers of yours. One that cannot be changed stops no other.

    The answer has one result for each item, in their order: `offer`, or `problem` with its `status`. An edited offer
    carries new `typed_data`; send its `signature` by another call of this kind.
    """
    account, now = signed_in(request), clock.now()
    twice = {item.id for item in body.items if sum(other.id == item.id for other in body.items) > 1}
    if twice:
        raise Invalid(fields={"/items": f"Each offer once, please: {', '.join(sorted(twice))}."})
    # In one order for everybody, so that two calls never wait for each other's rows crosswise.
    done = {item.id: _change(request, item, by=account, now=now) for item in sorted(body.items, key=lambda one: one.id)}
    changed = [offer for offer in done.values() if isinstance(offer, Offer)]
    shown = {row["id"]: row for row in render.offers(changed, viewer=account, now=now)}
    return {"items": [_result(item.id, done[item.id], shown) for item in body.items]}


def _change(request: HttpRequest, item: schemas.ChangeOffer, *, by: Account, now: datetime) -> Offer | dict[str, Any]:
    try:
        with transaction.atomic():
            return _carry_out(item, by=by, now=now)
    except (TooMany, Unavailable):  # waiting heals these, and then the whole call is sent again
        raise
    except DomainError as refusal:
        problem: dict[str, Any] = problem_of(refusal, request=request).body
        return problem


def _carry_out(item: schemas.ChangeOffer, *, by: Account, now: datetime) -> Offer:
    offer = queries.offer_by_code(item.id, viewer=by)
    edit = item.edit()
    if item.signature is None and item.state != "closed":
        return edits.carry_out(offer, edit, by=by, version=item.version, now=now)
    if edit.model_dump(exclude={"version"}, exclude_none=True) or (item.signature and item.state):
        raise Invalid(fields={"/state": "Change the state, the contents or the signature of an offer, one at a time."})
    if item.signature is not None:
        if offer.version != item.version:
            raise edits.stale(offer)
        return actions.sign(offer, by=by, signature=item.signature, now=now)
    return actions.close(offer, by=by, version=item.version, now=now)


def _result(code: str, done: Offer | dict[str, Any], shown: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if isinstance(done, Offer):
        return {"id": code, "status": 200, "offer": shown[done.code], "problem": None}
    return {"id": code, "status": done["status"], "offer": None, "problem": done}
