"""Django app: api."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "exchange.api"
    label = "api"
