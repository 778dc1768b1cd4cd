"""Django app: prices."""

from django.apps import AppConfig


class PricesConfig(AppConfig):
    """Market prices with their sources and ages."""

    name = "exchange.prices"
    label = "prices"
