"""Django app: chat."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """The encrypted trade-room log."""

    name = "exchange.chat"
    label = "chat"
