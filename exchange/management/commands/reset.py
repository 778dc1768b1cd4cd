"""`manage.py reset`: throw the embedded default's data away, as `make reset` does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.stack.errors import StackError
from exchange.stack.home import find_home
from exchange.stack.reset import remove_data


class Command(BaseCommand):
    """Remove database, Redis, chain and secrets of the embedded default; refuse while it runs."""

    help = "Remove all data of the embedded default."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove it."""
        home = find_home()
        try:
            done = remove_data(home)
        except StackError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Removed the data in {home.root}." if done else "There was nothing to remove.")
