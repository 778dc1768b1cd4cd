"""Django app: accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, identified by the address of their wallet."""

    name = "exchange.accounts"
    label = "accounts"
