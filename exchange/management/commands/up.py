"""`manage.py up`: the whole exchange in one terminal, as `make run` does."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from exchange.stack.up import bring_up


class Command(BaseCommand):
    """Start PostgreSQL, Redis and Anvil, unless their addresses are set, and every process of Parley."""

    help = "Start everything: PORT (8000), and DATABASE_URL, REDIS_URL or CHAIN_RPC_URLS to use engines of your own."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C."""
        sys.exit(bring_up())
