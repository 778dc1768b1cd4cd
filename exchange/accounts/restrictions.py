"""Which decisions of staff are in force. They are made and lifted by `exchange/moderation`."""

from datetime import datetime

from django.db.models import Q, QuerySet

from exchange.accounts.models import Account, Restriction


def in_force(now: datetime) -> QuerySet[Restriction]:
    """Return what holds at this moment; a decision ends at its time even if nobody has lifted it yet."""
    return Restriction.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), lifted_at__isnull=True)


def suspension_of(account: Account, *, now: datetime) -> Restriction | None:
    """Return the suspension of an account, None if there is none."""
    return in_force(now).filter(account=account, kind=Restriction.Kind.ACCOUNT).first()


def hiding_of(offer_code: str, *, now: datetime) -> Restriction | None:
    """Return why an offer is hidden, None if it is not."""
    return in_force(now).filter(kind=Restriction.Kind.OFFER, subject=offer_code).first()


def concerning(account: Account, *, now: datetime) -> list[Restriction]:
    """Return what is in force about an account and its offers, the weightiest first."""
    return list(in_force(now).filter(account=account).order_by("kind", "id"))
