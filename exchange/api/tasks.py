"""Background work of the API."""

from celery import shared_task

from exchange.api.idempotency import forget_old_answers


@shared_task
def forget_answers() -> None:
    """Delete what is kept for repeated calls once no one repeats them any more."""
    forget_old_answers()
