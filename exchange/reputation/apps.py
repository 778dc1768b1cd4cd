"""Django app: reputation."""

from django.apps import AppConfig


class ReputationConfig(AppConfig):
    """What finished trades say about a trader."""

    name = "exchange.reputation"
    label = "reputation"
