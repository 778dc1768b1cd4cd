"""Django app: web."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages."""

    name = "exchange.web"
    label = "web"
