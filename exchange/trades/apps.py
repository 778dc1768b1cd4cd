"""Django app: trades."""

from django.apps import AppConfig


class TradesConfig(AppConfig):
    """Trades from take to payout."""

    name = "exchange.trades"
    label = "trades"
