"""Django app: catalog."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """What can be traded and how it can be paid."""

    name = "exchange.catalog"
    label = "catalog"
