"""Deciding and lifting: each decision takes effect, is written to the audit log and told to whom it concerns at once.

An account's suspension pauses its offers in the same transaction, so that none can be taken any more; lifting puts
back what was in the book before. Of two decisions about the same subject the first must be lifted before the second.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from exchange.accounts.models import Account, Restriction
from exchange.catalog.models import PaymentMethod
from exchange.core import audit, outbox
from exchange.core.errors import Conflict, DomainError, Invalid
from exchange.offers import actions as offers
from exchange.offers import queries as offer_queries
from exchange.offers.models import Offer, OfferState

Kind = Restriction.Kind
SYSTEM = "parley"
LONGEST_REASON = 300


def suspend(account: Account, *, by: str, reason: str, now: datetime, until: datetime | None = None) -> Restriction:
    """Keep `account` from beginning trades, and take its offers out of the book. Running trades go on."""
    with transaction.atomic():
        made = _decide(Kind.ACCOUNT, account.address, concerns=account, by=by, reason=reason, now=now, until=until)
        active = Offer.objects.filter(maker=account, state=OfferState.ACTIVE).order_by("pk")
        _pause(made, list(active.values_list("code", flat=True)), now=now)
    return made


def hide_offer(code: str, *, by: str, reason: str, now: datetime, until: datetime | None = None) -> Restriction:
    """Take one offer out of the book; its maker cannot put it back before the end. Running trades go on."""
    with transaction.atomic():
        offer = offer_queries.offer_by_code(code)
        made = _decide(Kind.OFFER, offer.code, concerns=offer.maker, by=by, reason=reason, now=now, until=until)
        _pause(made, [offer.code] if offer.state == OfferState.ACTIVE else [], now=now)
    return made


def block_method(slug: str, *, by: str, reason: str, now: datetime, until: datetime | None = None) -> Restriction:
    """Keep a payment method out of new offers and trades. Running trades that use it go on."""
    with transaction.atomic():
        made = _decide(Kind.METHOD, slug, concerns=None, by=by, reason=reason, now=now, until=until)
        if PaymentMethod.objects.filter(slug=slug, is_active=True).update(is_active=False) != 1:
            raise Invalid(fields={"/subject": "There is no such payment method, or it is switched off already."})
        made.undo = {"method": slug}
        made.save(update_fields=["undo"])
    return made


def lift(restriction: Restriction, *, by: str, reason: str, now: datetime) -> Restriction:
    """End a decision before its time, or at it, and give back what it took. Lifting twice changes nothing."""
    with transaction.atomic():
        row = Restriction.objects.select_for_update(of=("self",)).select_related("account").get(pk=restriction.pk)
        if row.lifted_at is not None:
            return row
        row.lifted_at, row.lifted_by = now, by
        row.save(update_fields=["lifted_at", "lifted_by"])
        _give_back(row.undo, now=now)
        audit.record(f"{row.kind}.restriction_lifted", by=by, subject=row.subject, data={"reason": reason})
        outbox.emit("moderation.lifted", {"restriction": row.pk})
    return row


def lift_what_has_ended(now: datetime) -> int:
    """Lift every decision whose time is over and return how many there were."""
    ended = list(Restriction.objects.filter(lifted_at__isnull=True, ends_at__lte=now).order_by("pk")[:500])
    for row in ended:
        lift(row, by=SYSTEM, reason="its time is over", now=now)
    return len(ended)


def _decide(
    kind: Kind,
    subject: str,
    *,
    concerns: Account | None,
    by: str,
    reason: str,
    now: datetime,
    until: datetime | None,
) -> Restriction:
    problems = {}
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        problems["/reason"] = f"Say why, in 1 to {LONGEST_REASON} characters: the person concerned reads it."
    if until is not None and until <= now:
        problems["/ends_at"] = "Choose an end in the future, or none."
    if problems:
        raise Invalid(fields=problems)
    # What has run out but was not swept yet must not stand in the way.
    for old in Restriction.objects.filter(kind=kind, subject=subject, lifted_at__isnull=True, ends_at__lte=now):
        lift(old, by=SYSTEM, reason="its time is over", now=now)
    try:
        with transaction.atomic():
            made = Restriction.objects.create(
                kind=kind, subject=subject, account=concerns, reason=reason.strip(), by=by, starts_at=now, ends_at=until
            )
    except IntegrityError as error:
        raise Conflict("There is a decision about this already. Lift it first.", code="decided_already") from error
    data = {"reason": made.reason, "until": until.isoformat() if until else None}
    audit.record(f"{kind}.restricted", by=by, subject=subject, data=data)
    outbox.emit("moderation.decided", {"restriction": made.pk})
    return made


def _pause(made: Restriction, codes: list[str], *, now: datetime) -> None:
    paused = []
    for code in codes:
        offer = offer_queries.offer_by_code(code)
        try:
            offers.pause(offer, by=offer.maker, version=offer.version, now=now)
        except DomainError:  # its maker changed it this very moment: what it became cannot be taken or is met again
            continue
        paused.append(code)
    made.undo = {"offers": paused}
    made.save(update_fields=["undo"])


def _give_back(undo: Mapping[str, Any], *, now: datetime) -> None:
    if "method" in undo:
        PaymentMethod.objects.filter(slug=undo["method"]).update(is_active=True)
    for code in undo.get("offers", ()):
        offer = offer_queries.offer_by_code(code)
        try:
            with transaction.atomic():
                offers.resume(offer, by=offer.maker, version=offer.version, now=now)
        except DomainError:  # closed, edited, to be signed again, or under another decision: its maker's business now
            continue
