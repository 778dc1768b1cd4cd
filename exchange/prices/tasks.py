"""Background work of prices."""

from celery import shared_task

from exchange.core import clock
from exchange.prices import actions
from exchange.prices.sources.registry import configured_sources


@shared_task
def read_prices() -> None:
    """Read the configured sources."""
    actions.read_sources(configured_sources(), now=clock.now())


@shared_task
def thin_history() -> None:
    """Drop old minutes from the charts."""
    actions.thin_history(now=clock.now())
