"""Django app: core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The tables of the outbox, the audit log and request limits."""

    name = "exchange.core"
    label = "core"
