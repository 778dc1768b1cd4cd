"""Django app: the product as a whole, which wires its parts together."""

from importlib import import_module

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Registers the checks of the set-up, and connects events with handlers and tasks with our Celery application."""

    name = "exchange"
    label = "exchange"

    def ready(self) -> None:
        """Run once all apps are loaded."""
        # Without it a process that never starts Celery would hand its tasks to a broker nobody has set up.
        import_module("exchange.celery")
        import_module("exchange.checks").register()
        import_module("exchange.wiring").connect()
