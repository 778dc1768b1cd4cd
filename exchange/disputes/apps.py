"""Django app: disputes."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Disputes and rulings."""

    name = "exchange.disputes"
    label = "disputes"
