"""Django app: realtime."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """The socket."""

    name = "exchange.realtime"
    label = "realtime"
