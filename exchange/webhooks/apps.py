"""Django app: webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Calls to the programs of traders."""

    name = "exchange.webhooks"
    label = "webhooks"
