"""The one sentence with amounts and names that a mail may carry when its reader has allowed it."""

from babel.numbers import format_currency

from exchange.notifications.models import Notification
from exchange.trades.models import Trade


def details_of(notification: Notification) -> str:
    """Return what a notification's trade is about: `250.00 EUR with Ben`; empty where there is no trade."""
    trades = Trade.objects.select_related("seller", "buyer", "method")
    trade = trades.filter(code=notification.trade_code or "-").first()
    if trade is None or notification.account_id not in {trade.seller_id, trade.buyer_id}:
        return ""
    peer = trade.buyer if notification.account_id == trade.seller_id else trade.seller
    money = format_currency(trade.amount_fiat, trade.currency_id, locale="en", currency_digits=True)
    return f"{money} by {trade.method.name} with {peer.label}."
