"""Background work of the core."""

from datetime import timedelta

from celery import shared_task

from exchange.core import clock, outbox
from exchange.core.models import OutboxMessage

KEEP_DONE = timedelta(days=7)


@shared_task
def dispatch_outbox() -> None:
    """Carry out what the outbox owes."""
    outbox.dispatch()


@shared_task
def forget_old_records() -> None:
    """Delete outbox rows that were done a week ago."""
    OutboxMessage.objects.filter(done_at__lt=clock.now() - KEEP_DONE).delete()
