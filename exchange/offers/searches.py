"""Saved searches: whoever waits for an offer hears of it when one that fits is published (`notifications.on_offer`)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchange.accounts import regards
from exchange.accounts.models import Account
from exchange.catalog import queries as catalog
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.offers.book import book
from exchange.offers.limits import MOST_SEARCHES
from exchange.offers.models import Hidden, Offer, OfferState, SavedSearch, Side, Visibility

# One publication tells at most so many people; who saved first hears first.
MOST_TOLD = 500


def save(
    *,
    by: Account,
    side: str,
    asset: str,
    currency: str,
    now: datetime,
    amount: Decimal | None = None,
    method: str | None = None,
    query: str = "",
) -> SavedSearch:
    """Keep a search; `side` is the searcher's. Saving it twice changes nothing. Raises `Conflict`, `NotFound`."""
    if side not in Side.values:
        raise Invalid(fields={"/side": "Say buy or sell: what you want to do with the coins."})
    if SavedSearch.objects.filter(account=by).count() >= MOST_SEARCHES:
        words = f"You have {MOST_SEARCHES} saved searches, which is the limit. Delete one first."
        raise Conflict(words, code="too_many_searches")
    found, _ = SavedSearch.objects.get_or_create(
        account=by,
        side=Side.SELL if side == Side.BUY else Side.BUY,
        asset=catalog.asset(asset),
        currency=catalog.currency(currency),
        query=query[:300],
        defaults={"amount": amount, "method": catalog.method(method) if method else None, "created_at": now},
    )
    return found


def searches_of(account: Account) -> list[SavedSearch]:
    """Return one's saved searches, newest first."""
    return list(
        SavedSearch.objects.filter(account=account).select_related("asset", "currency", "method").order_by("-pk")
    )


def delete(search_id: int, *, by: Account) -> None:
    """Forget one's own search. Raises `NotFound`."""
    deleted, _ = SavedSearch.objects.filter(account=by, pk=search_id).delete()
    if not deleted:
        raise NotFound("There is no such saved search, or it is not yours.")


def matching(offer: Offer, *, now: datetime) -> Iterator[SavedSearch]:
    """Yield the searches that `offer` fits just now: asked of the book itself, which hides what it hides."""
    if (offer.state, offer.visibility, offer.hidden) != (OfferState.ACTIVE, Visibility.PUBLIC, Hidden.NOT):
        return
    rows = SavedSearch.objects.filter(side=offer.side, asset=offer.asset, currency=offer.currency)
    rows = (
        rows.exclude(account__in=[offer.maker_id, *regards.blockers_of(offer.maker)])
        .select_related("account", "method")
        .order_by("pk")
    )
    answers: dict[Any, bool] = {}
    for search in rows[:MOST_TOLD]:
        wanted = (search.amount, search.method.slug if search.method else None)
        if wanted not in answers:
            answers[wanted] = _fits(offer, {"amount": wanted[0], "method": wanted[1]}, now=now)
        if answers[wanted]:
            yield search


def _fits(offer: Offer, asked: Mapping[str, Any], *, now: datetime) -> bool:
    """Return whether the book of this question, narrowed to the maker, holds the offer."""
    side = Side.BUY if offer.side == Side.SELL else Side.SELL
    page = book(
        side=side,
        asset=offer.asset.symbol,
        currency=offer.currency_id,
        maker=offer.maker,
        now=now,
        limit=100,
        **asked,
    )
    return any(row.id == offer.pk and row.price is not None for row in page.items)
