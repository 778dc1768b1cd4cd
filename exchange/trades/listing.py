"""A trader's own trades: those that need them now, those that wait for others, disputes, and those that have ended."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects

from exchange.accounts.models import Account
from exchange.core.errors import Invalid
from exchange.trades import queries
from exchange.trades.models import Trade
from exchange.trades.states import State
from exchange.trades.view import TradeView, trade_view

GROUPS = ("your_turn", "waiting", "disputes", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradePage:
    """Some trades, and the cursor of the next page (None at the end)."""

    items: list[TradeView]
    next: str | None


def trades_of(
    account: Account, *, now: datetime, group: str | None = None, cursor: str | None = None, limit: int = 50
) -> TradePage:
    """Return the trades of `account` in one of `GROUPS`, or all: open ones first, then ended ones page by page.

    Raises `Invalid` for an unknown group or cursor.
    """
    if group is not None and group not in GROUPS:
        raise Invalid(fields={"/group": f"This is one of {', '.join(GROUPS)}."})
    before = _read_cursor(cursor)
    items: list[TradeView] = []
    if before is None and group != "done":
        views = _views(queries.open_trades(account), account, now)
        items = [view for view in views if group is None or group_of(view) == group]
    if group not in {None, "done"}:
        return TradePage(items=items, next=None)
    ended = queries.ended_trades(account, before=before, limit=limit + 1)
    items += _views(ended[:limit], account, now)
    return TradePage(items=items, next=str(ended[limit - 1].pk) if len(ended) > limit else None)


def group_of(view: TradeView) -> str:
    """Return the group a trade is listed in."""
    if view.finished_at is not None:
        return "done"
    if view.state == State.DISPUTED:
        return "disputes"
    return "your_turn" if view.primary else "waiting"


def count_turns(account: Account, *, now: datetime) -> int:
    """Return how many trades wait for this account: the badge of the menu."""
    return sum(1 for view in _views(queries.open_trades(account), account, now) if view.primary)


def _views(trades: list[Trade], account: Account, now: datetime) -> list[TradeView]:
    prefetch_related_objects(trades, "timeline", "transactions", "proposals")
    known = queries.on_chain(trades)
    return [trade_view(trade, account, now, known=known[trade.trade_id]) for trade in trades]


def _read_cursor(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Invalid(fields={"/cursor": "This cursor does not come from here."})
    return int(cursor)
