"""Background work of notifications; every task may run twice and at any time."""

from celery import shared_task

from exchange.core import clock
from exchange.notifications import reminders, unread


@shared_task
def remind() -> None:
    """Remind people of deadlines that come near, and of messages they have not read."""
    now = clock.now()
    reminders.remind(now)
    unread.tell_unread(now)
