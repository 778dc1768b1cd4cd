"""Reading one's own webhooks and what was sent to them."""

from exchange.accounts.models import Account
from exchange.core.errors import NotFound
from exchange.webhooks.models import Delivery, Endpoint


def webhooks_of(account: Account) -> list[Endpoint]:
    """Return an account's webhooks, newest first."""
    return list(Endpoint.objects.filter(account=account).order_by("-id"))


def webhook_for(webhook_id: int, *, account: Account) -> Endpoint:
    """Return one of an account's webhooks. Raises `NotFound` for everyone else's."""
    found = Endpoint.objects.filter(pk=webhook_id, account=account).first()
    if found is None:
        raise NotFound("There is no such webhook, or it is not yours.")
    return found


def deliveries_of(endpoint: Endpoint, *, before: int | None, limit: int) -> list[Delivery]:
    """Return what was sent, or is to be sent, newest first: those with a smaller key than `before`."""
    rows = Delivery.objects.filter(endpoint=endpoint)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])


def delivery_for(message_id: str, *, endpoint: Endpoint) -> Delivery:
    """Return one delivery of a webhook. Raises `NotFound`."""
    found = Delivery.objects.filter(message_id=message_id, endpoint=endpoint).first()
    if found is None:
        raise NotFound("There is no such delivery.")
    return found
