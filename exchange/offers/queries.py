"""Finding offers."""

from collections.abc import Collection, Iterable
from secrets import compare_digest

from django.db.models import QuerySet

from exchange.accounts.models import Account
from exchange.catalog.models import Asset, Currency
from exchange.core.errors import NotFound
from exchange.core.ids import ALPHABET, read_code
from exchange.offers.models import Hidden, Offer, OfferState, Visibility


def offer_by_code(code: str, *, viewer: Account | None = None, key: str | None = None) -> Offer:
    """Return the offer with this public code; one that is shared by link needs the link's `key` too.

    Raises `NotFound`, also for another maker's draft, and for a link's offer without its key: nobody learns it exists.
    """
    wanted = read_code(code)
    offer = _whole().filter(code=wanted).first() if set(wanted) <= set(ALPHABET) else None
    if offer is None or not _may_see(offer, viewer=viewer, key=key):
        raise NotFound("There is no such offer, or it is not published.")
    return offer


def _may_see(offer: Offer, *, viewer: Account | None, key: str | None) -> bool:
    if viewer is not None and offer.maker_id == viewer.pk:
        return True
    if offer.state == OfferState.DRAFT:
        return False
    return offer.visibility == Visibility.PUBLIC or compare_digest((key or "").encode(), offer.link_key.encode())


def offer_by_key(key: int) -> Offer:
    """Return the offer with this primary key. Raises `NotFound`."""
    offer = _whole().filter(pk=key).first()
    if offer is None:
        raise NotFound("There is no such offer.")
    return offer


def offers_of(account: Account, *, before: int | None = None, limit: int = 100, closed: bool = True) -> list[Offer]:
    """Return the offers of a maker, newest first, methods loaded; `before` is the key of the last one seen."""
    rows = _whole().filter(maker=account).prefetch_related("methods").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if not closed:
        rows = rows.exclude(state=OfferState.CLOSED)
    return list(rows[:limit])


def listed_keys(codes: Iterable[str], *, asset: Asset, currency: Currency, but: Collection[int] = ()) -> list[int]:
    """Return the keys of those of these offers of a pair that everybody finds in the book.

    Hidden ones are left out, and those of the makers `but`.
    """
    rows = Offer.objects.filter(
        code__in=list(codes),
        asset=asset,
        currency=currency,
        state=OfferState.ACTIVE,
        visibility=Visibility.PUBLIC,
        hidden=Hidden.NOT,
        maker__is_active=True,
    )
    return list(rows.exclude(maker__in=but).values_list("pk", flat=True))


def _whole() -> QuerySet[Offer]:
    return Offer.objects.select_related("maker", "asset", "currency")
