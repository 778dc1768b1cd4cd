"""Background work of prices. Each run is a hint: what is due is written in the database."""

from celery import shared_task

from exchange.core import clock
from exchange.prices import actions, history
from exchange.prices.sources.registry import configured_rates, configured_sources


@shared_task
def read_prices() -> None:
    """Read the configured sources that are due."""
    actions.read_due(configured_sources(), now=clock.now())


@shared_task
def read_rates() -> None:
    """Read the configured reference rates that are due."""
    actions.read_due_rates(configured_rates(), now=clock.now())


@shared_task
def thin_history() -> None:
    """Make the charts' history coarser with age, and forget sources that are read no more."""
    history.thin(now=clock.now())
    actions.forget_old_readings(now=clock.now())
