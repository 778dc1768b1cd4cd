"""Django app: escrow."""

from django.apps import AppConfig


class EscrowConfig(AppConfig):
    """The tables that follow the chain, and the keeper's intents."""

    name = "escrow"
    label = "escrow"
