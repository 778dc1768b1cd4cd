"""Whom a decision concerns."""

from exchange.accounts.models import Account, Restriction
from exchange.offers.models import OfferState


def restriction_by_key(key: int) -> Restriction | None:
    """Return a decision, None if there is none."""
    return Restriction.objects.select_related("account").filter(pk=key).first()


def concerned(restriction: Restriction) -> list[Account]:
    """Return the person a decision is about; for a payment method, all makers with an open offer that names it."""
    if restriction.account is not None:
        return [restriction.account]
    open_states = [state for state in OfferState if state != OfferState.CLOSED]
    makers = Account.objects.filter(offers__methods__slug=restriction.subject, offers__state__in=open_states)
    return list(makers.distinct())
