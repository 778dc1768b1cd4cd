"""Telling a worker, after commit, that something is due; if that hint is lost, the sweep finds it."""

import logging

from django.db import transaction

log = logging.getLogger(__name__)


def wake() -> None:
    """Have the deliveries looked at once the running transaction has committed."""
    transaction.on_commit(_tell, robust=True)


def _tell() -> None:
    from exchange.webhooks.tasks import deliver_webhooks

    try:
        deliver_webhooks.apply_async(ignore_result=True, retry=False)
    except deliver_webhooks.OperationalError:
        log.warning("the broker is away; the sweep will find the webhooks")
