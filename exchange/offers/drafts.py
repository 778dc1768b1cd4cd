"""An offer as its maker writes it: numbers as text, before anything is checked (`validate.py` does that)."""

from dataclasses import dataclass

from exchange.core import money
from exchange.offers import showing
from exchange.offers.hours import clock_text
from exchange.offers.models import Offer, PriceType
from exchange.offers.plain import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDraft:
    """A price rule: `value` for a fixed price, `bps` for a margin, `text` for a formula, both with limits."""

    type: str
    value: str | None = None
    bps: int | None = None
    text: str | None = None
    floor: str | None = None
    ceiling: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursDraft:
    """Working hours: `start` and `end` such as 08:00, days from 1 (Monday) to 7, an IANA time zone."""

    start: str
    end: str
    time_zone: str
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """What `POST /offers` carries. Decimal numbers are text, windows are seconds.

    `accept_far_price` is the tick box of a form that warns of a price far from the market; programs, which see no box,
    leave it on.
    """

    side: str
    asset: str
    currency: str
    price: PriceDraft
    min_fiat: str
    max_fiat: str
    total_asset: str
    methods: tuple[str, ...]
    terms_text: str = ""
    payment_window: int | None = None
    confirm_window: int = 86_400
    arbitration_window: int = 7 * 86_400
    fallback_buyer_bps: int = 5000
    approve_by_hand: bool = False
    min_finished_trades: int = 0
    first_trade_max: str | None = None
    country: str | None = None
    working_hours: HoursDraft | None = None
    visibility: str = "public"
    accept_far_price: bool = True


def draft_of(offer: Offer) -> OfferDraft:
    """Return the draft that would make `offer` as it stands: the starting point of an edit, or of a copy."""
    return OfferDraft(
        side=offer.side,
        asset=offer.asset.symbol,
        currency=offer.currency_id,
        price=_price_of(offer),
        min_fiat=plain(offer.min_fiat),
        max_fiat=plain(offer.max_fiat),
        total_asset=plain(money.from_units(int(offer.total_units), decimals=offer.asset.decimals)),
        methods=tuple(offer.methods.order_by("slug").values_list("slug", flat=True)),
        terms_text=offer.terms_text,
        payment_window=offer.payment_window,
        confirm_window=offer.confirm_window,
        arbitration_window=offer.arbitration_window,
        fallback_buyer_bps=offer.fallback_buyer_bps,
        approve_by_hand=offer.approve_by_hand,
        min_finished_trades=offer.min_finished_trades,
        first_trade_max=None if offer.first_trade_max is None else plain(offer.first_trade_max),
        country=offer.country or None,
        working_hours=hours_of(offer),
        visibility=offer.visibility,
    )


def _price_of(offer: Offer) -> PriceDraft:
    if offer.price_type == PriceType.FIXED and offer.fixed_price is not None:
        return PriceDraft(type=PriceType.FIXED, value=plain(offer.fixed_price))
    return PriceDraft(
        type=offer.price_type,
        bps=offer.margin_bps,
        text=offer.formula or None,
        floor=None if offer.floor_price is None else plain(offer.floor_price),
        ceiling=None if offer.ceiling_price is None else plain(offer.ceiling_price),
    )


def hours_of(offer: Offer) -> HoursDraft | None:
    """Return the working hours of an offer as its maker wrote them."""
    hours = showing.hours_of(offer)
    if hours is None:
        return None
    days = tuple(day + 1 for day in range(7) if hours.days >> day & 1)
    return HoursDraft(start=clock_text(hours.start), end=clock_text(hours.end), days=days, time_zone=hours.time_zone)
