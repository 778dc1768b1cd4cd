"""Background work of offers; each run finds all that is due, so a lost one only delays."""

from celery import shared_task

from exchange.core import clock
from exchange.offers import book_changes, listing, sketches


@shared_task
def turn_due() -> None:
    """Bring offers into the book and out of it: working hours, breaks, remainders."""
    listing.turn_due(now=clock.now())


@shared_task
def reckon_formulas() -> None:
    """Reckon the formulas of all active offers."""
    listing.reckon_formulas(now=clock.now())


@shared_task
def forget_changes() -> None:
    """Delete noted changes of the book that everybody has read."""
    book_changes.forget_changes(now=clock.now())


@shared_task
def forget_sketches() -> None:
    """Delete drafts that nobody has touched for long."""
    sketches.forget_old(now=clock.now())
