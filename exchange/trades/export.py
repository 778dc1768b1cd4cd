"""A trader's own trades as a table, oldest first, each with where its price came from."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from exchange.accounts.models import Account
from exchange.core import clock, csv_lines, money
from exchange.trades.models import Trade

COLUMNS = (
    "trade",
    "trade_id",
    "state",
    "role",
    "peer",
    "created_at",
    "finished_at",
    "asset",
    "amount",
    "to_buyer",
    "to_seller",
    "fee",
    "currency",
    "amount_fiat",
    "price",
    "price_type",
    "margin_bps",
    "market_price",
    "market_age_seconds",
    "market_label",
    "market_sources",
    "method",
    "offer",
    "transactions",
)
_ROWS_AT_ONCE = 500


def csv_of(account: Account, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
    """Yield the CSV lines of the trades of `account` that began from `since` up to, not including, `until`.

    Rows are read as they are sent, so that a long history costs no memory.
    """
    found = Trade.objects.filter(Q(seller=account) | Q(buyer=account)).order_by("pk")
    if since is not None:
        found = found.filter(created_at__gte=since)
    if until is not None:
        found = found.filter(created_at__lt=until)
    loaded = found.select_related("offer", "seller", "buyer", "asset", "currency", "method")
    rows = loaded.prefetch_related("timeline").iterator(chunk_size=_ROWS_AT_ONCE)
    return csv_lines.lines(COLUMNS, (_row(trade, account) for trade in rows))


def _row(trade: Trade, account: Account) -> list[Any]:
    sells = trade.seller_id == account.pk
    price = trade.price_snapshot
    sources = "; ".join(f"{one['name']} {one['price']} ({one['age']} s)" for one in price.get("sources", ()))
    return [
        trade.code,
        trade.trade_id,
        trade.state,
        "seller" if sells else "buyer",
        (trade.buyer if sells else trade.seller).address,
        clock.to_text(trade.created_at),
        clock.to_text(trade.finished_at) if trade.finished_at else None,
        trade.asset.symbol,
        *(_coins(trade, units) for units in (trade.amount, trade.to_buyer, trade.to_seller, trade.fee)),
        trade.currency_id,
        f"{trade.amount_fiat:.{trade.currency.minor_units}f}",
        f"{trade.price.normalize():f}",
        price.get("type"),
        price.get("margin_bps"),
        price.get("market"),
        price.get("age"),
        price.get("label"),
        sources,
        trade.method.slug,
        trade.offer.code,
        " ".join(dict.fromkeys(entry.tx_hash for entry in trade.timeline.all() if entry.tx_hash)),
    ]


def _coins(trade: Trade, units: Decimal | None) -> str | None:
    return None if units is None else f"{money.from_units(int(units), decimals=trade.asset.decimals).normalize():f}"
