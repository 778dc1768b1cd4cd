"""Background work on trades; every task may run twice and at any time."""

from celery import shared_task

from exchange.core import clock
from exchange.trades import deadlines, project, watching


@shared_task
def project_events() -> None:
    """Apply what the chain has made final, in case the indexer's own call was lost, and compare what is in doubt."""
    project.project_events()
    project.compare_suspects()


@shared_task
def close_overdue() -> None:
    """Expire trades that were not agreed or locked in time."""
    deadlines.close_overdue(clock.now())


@shared_task
def watch_transactions() -> None:
    """Ask the chain about transactions that people's wallets told us of."""
    watching.watch(clock.now())
