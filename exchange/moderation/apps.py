"""Django app: moderation."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """What staff decide about accounts, offers and payment methods."""

    name = "exchange.moderation"
    label = "moderation"
