"""Upkeep of the trade rooms."""

from celery import shared_task

from exchange.chat.attachments import forget_unfinished
from exchange.core import clock


@shared_task
def forget_unfinished_uploads() -> int:
    """Delete uploads that were never finished."""
    return forget_unfinished(now=clock.now())
