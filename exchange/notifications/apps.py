"""Django app: notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """What a person should look at."""

    name = "exchange.notifications"
    label = "notifications"
