"""Background work of moderation."""

from celery import shared_task

from exchange.core import clock
from exchange.moderation import actions


@shared_task
def lift_what_has_ended() -> None:
    """Lift every decision whose time is over."""
    actions.lift_what_has_ended(clock.now())
