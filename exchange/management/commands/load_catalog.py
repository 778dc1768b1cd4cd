"""`manage.py load_catalog`: write assets, currencies and payment methods to the database; safe to repeat."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from exchange.catalog.data_files import FOLDER, BadCatalog
from exchange.catalog.load import load_catalog


class Command(BaseCommand):
    """Loads `exchange/catalog/data`."""

    help = "Write the assets, currencies and payment methods of the data files to the database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of a site that keeps a catalog of its own."""
        parser.add_argument(
            "--folder", type=Path, default=FOLDER, help="data files to load instead of the shipped ones"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say which fact is wrong."""
        try:
            loaded = load_catalog(options["folder"])
        except BadCatalog as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Catalog: {loaded.assets} assets, {loaded.currencies} currencies, {loaded.methods} payment methods."
        )
