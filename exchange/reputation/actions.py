"""Rebuilding a standing from the trades behind it; doing it twice gives the same row."""

from collections.abc import Iterator
from dataclasses import asdict

from django.db.models import Q

from exchange.core import clock
from exchange.offers.standings import write_standing
from exchange.reputation.formula import EndedTrade, Figures, add_up, trust
from exchange.reputation.models import Standing
from exchange.trades.models import Trade
from exchange.trades.states import FINISHED, State


def refresh(account_id: int) -> Standing:
    """Add up all ended trades of an account anew and store the result."""
    figures: Figures = add_up(_ended_trades(account_id))
    standing, _ = Standing.objects.update_or_create(
        account_id=account_id, defaults={**asdict(figures), "updated_at": clock.now()}
    )
    write_standing_of(standing)
    return standing


def write_standing_of(standing: Standing) -> None:
    """Write what a standing comes to onto the maker's offers."""
    sure = trust(standing.finished, standing.abandoned, standing.disputes_lost)
    write_standing(standing.account_id, trust=sure, median_release=standing.median_release)


def _ended_trades(account_id: int) -> Iterator[EndedTrade]:
    rows = Trade.objects.filter(Q(seller=account_id) | Q(buyer=account_id), state__in=sorted(FINISHED))
    for trade in rows.iterator():
        is_seller = trade.seller_id == account_id
        ruled = trade.outcome.get("how") == "ruled"
        assert trade.finished_at is not None
        yield EndedTrade(
            state=State(trade.state),
            is_seller=is_seller,
            partner=trade.buyer_id if is_seller else trade.seller_id,
            was_agreed=trade.agreed_at is not None,
            ended_by_me=trade.ended_by_id == account_id,
            was_disputed=trade.disputed_at is not None,
            ruled_buyer_bps=int(trade.outcome["buyer_bps"]) if ruled else None,
            funded_at=trade.funded_at,
            paid_at=trade.paid_at,
            finished_at=trade.finished_at,
        )
