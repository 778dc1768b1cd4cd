"""Background work of webhooks."""

from datetime import timedelta

from celery import shared_task
from django.core.cache import cache

from exchange.core import clock
from exchange.webhooks.deliver import deliver_due
from exchange.webhooks.models import Delivery

KEEP = timedelta(days=30)
# One sweep at a time: slow receivers must not take up every thread of the worker. Only pace depends on this lock.
_LOCK, _LONGEST = "webhooks.delivering", 300


@shared_task
def deliver_webhooks() -> None:
    """Send what is due, unless another worker is at it."""
    if cache.add(_LOCK, 1, timeout=_LONGEST):
        try:
            deliver_due()
        finally:
            cache.delete(_LOCK)


@shared_task
def forget_deliveries() -> None:
    """Delete deliveries a month after they were made."""
    Delivery.objects.filter(created_at__lt=clock.now() - KEEP).delete()
