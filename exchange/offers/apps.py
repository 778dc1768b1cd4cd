"""Django app: offers."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """The order book."""

    name = "exchange.offers"
    label = "offers"
