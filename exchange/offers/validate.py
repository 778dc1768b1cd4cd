"""From what a maker wrote to values that can be stored: every fault is named by its field, all of them at once."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from exchange.catalog import queries as catalog
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core import money
from exchange.core.errors import Invalid, NotFound
from exchange.offers import limits
from exchange.offers.drafts import OfferDraft, PriceDraft
from exchange.offers.faults import Faults
from exchange.offers.models import PriceType, Side
from exchange.offers.plain import plain
from exchange.offers.pricing import PriceRule, effective_price, price_against_market
from exchange.prices.queries import Market

_ABSENT = Decimal(1)
_BREAKS = re.compile(r"\r\n?")
# Control, format, surrogate and private characters can make a text look like another; joiners and the two direction
# marks are part of ordinary writing.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_HARMLESS = "\n\t\u200c\u200d\u200e\u200f"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferValues:
    """A checked draft."""

    side: Side
    asset: Asset
    currency: Currency
    rule: PriceRule
    min_fiat: Decimal
    max_fiat: Decimal
    total_units: int
    methods: tuple[PaymentMethod, ...]
    terms_text: str
    payment_window: int
    confirm_window: int
    arbitration_window: int
    fallback_buyer_bps: int
    approve_by_hand: bool
    min_finished_trades: int


def check_draft(draft: OfferDraft, *, read_market: Callable[[str, str], Market]) -> OfferValues:
    """Return the values of `draft`. Raises `Invalid` naming each field that cannot be used.

    `read_market(asset, currency)` is asked once the draft is sound, to judge price and quantity together.
    """
    faults = Faults()
    side = _read_side(draft.side, faults)
    asset, currency = _read_pair(draft, faults)
    faults.refuse()  # the rest is measured in the pair's units
    assert asset is not None
    assert currency is not None
    rule = _read_price(draft.price, faults)
    min_fiat = _read_fiat(draft.min_fiat, field="/min_fiat", currency=currency, faults=faults)
    max_fiat = _read_fiat(draft.max_fiat, field="/max_fiat", currency=currency, faults=faults)
    if min_fiat > max_fiat:
        faults.add("/max_fiat", "The most must not be less than the least.")
    total_units = faults.read(lambda: _read_total(draft.total_asset, asset=asset), otherwise=1)
    methods = _read_methods(draft.methods, currency=currency, faults=faults)
    values = OfferValues(
        side=side,
        asset=asset,
        currency=currency,
        rule=rule,
        min_fiat=min_fiat,
        max_fiat=max_fiat,
        total_units=total_units,
        methods=methods,
        terms_text=_read_terms(draft.terms_text, faults),
        payment_window=_read_window(
            _usual_window(methods) if draft.payment_window is None else draft.payment_window,
            "/payment_window",
            limits.payment_window(),
            faults,
        ),
        confirm_window=_read_window(draft.confirm_window, "/confirm_window", limits.confirm_window(), faults),
        arbitration_window=_read_window(
            draft.arbitration_window, "/arbitration_window", limits.arbitration_window(), faults
        ),
        fallback_buyer_bps=faults.within(
            draft.fallback_buyer_bps,
            field="/fallback_buyer_bps",
            least=0,
            most=limits.WHOLE_BPS,
            words="Give the buyer's share in basis points, 0 to 10000.",
        ),
        approve_by_hand=bool(draft.approve_by_hand),
        min_finished_trades=faults.within(
            draft.min_finished_trades,
            field="/min_finished_trades",
            least=0,
            most=limits.MOST_FINISHED_TRADES,
            words=f"Ask for 0 to {limits.MOST_FINISHED_TRADES} finished trades.",
        ),
    )
    faults.refuse()
    _check_against_market(values, read_market(asset.symbol, currency.code), accept_far=draft.accept_far_price)
    return values


def _read_side(side: str, faults: Faults) -> Side:
    if side not in Side.values:
        faults.add("/side", "Say sell or buy: what you do with the coins.")
        return Side.SELL
    return Side(side)


def _read_pair(draft: OfferDraft, faults: Faults) -> tuple[Asset | None, Currency | None]:
    asset, currency = None, None
    try:
        asset = catalog.asset(draft.asset)
    except NotFound as error:
        faults.add("/asset", error.message)
    try:
        currency = catalog.currency(draft.currency)
    except NotFound as error:
        faults.add("/currency", error.message)
    return asset, currency


def _read_price(price: PriceDraft, faults: Faults) -> PriceRule:
    if price.type == PriceType.FIXED:
        fixed = _read_rate(price.value, field="/price/value", faults=faults)
        for name, value in (("bps", price.bps), ("floor", price.floor), ("ceiling", price.ceiling)):
            if value is not None:
                faults.add(f"/price/{name}", "A fixed price has no such part.")
        return PriceRule(type=PriceType.FIXED, fixed=fixed)
    if price.type == PriceType.MARGIN:
        if price.value is not None:
            faults.add("/price/value", "A price with a margin has no fixed value.")
        bps = faults.within(
            price.bps,
            field="/price/bps",
            least=limits.LEAST_MARGIN,
            most=limits.MOST_MARGIN,
            words=f"Give a margin of {limits.LEAST_MARGIN} to {limits.MOST_MARGIN} basis points; 150 is 1.5%.",
        )
        floor = None if price.floor is None else _read_rate(price.floor, field="/price/floor", faults=faults)
        ceiling = None if price.ceiling is None else _read_rate(price.ceiling, field="/price/ceiling", faults=faults)
        if floor is not None and ceiling is not None and floor > ceiling:
            faults.add("/price/ceiling", "The ceiling must not lie below the floor.")
        return PriceRule(type=PriceType.MARGIN, margin_bps=bps, floor=floor, ceiling=ceiling)
    faults.add("/price/type", f"Use one of these price types: {', '.join(PriceType.values)}.")
    return PriceRule(type=PriceType.FIXED, fixed=_ABSENT)


def _read_rate(text: str | None, *, field: str, faults: Faults) -> Decimal:
    if text is None:
        faults.add(field, "A price is needed here.")
        return _ABSENT
    rate = faults.read(lambda: money.parse_decimal(text, field=field, places=limits.PRICE_PLACES), otherwise=_ABSENT)
    if not limits.LEAST_PRICE <= rate <= limits.MOST_PRICE:
        faults.add(field, f"Give a price from {limits.LEAST_PRICE:f} to {limits.MOST_PRICE:f}.")
    return rate


def _read_fiat(text: str, *, field: str, currency: Currency, faults: Faults) -> Decimal:
    amount = faults.read(lambda: money.parse_decimal(text, field=field, places=currency.minor_units), otherwise=_ABSENT)
    if amount > limits.MOST_FIAT:
        faults.add(field, f"At most {limits.MOST_FIAT:f} {currency.code}.")
    return amount


def _read_total(text: str, *, asset: Asset) -> int:
    coins = money.parse_decimal(text, field="/total_asset", places=asset.decimals)
    return money.to_units(coins, decimals=asset.decimals, field="/total_asset")


def _read_methods(slugs: tuple[str, ...], *, currency: Currency, faults: Faults) -> tuple[PaymentMethod, ...]:
    if not 1 <= len(slugs) <= limits.MOST_METHODS:
        faults.add("/methods", f"Choose 1 to {limits.MOST_METHODS} payment methods.")
        return ()
    known = {method.slug: method for method in catalog.methods(slugs=slugs)}
    chosen = []
    for place, slug in enumerate(slugs):
        method = known.get(slug)
        if method is None:
            faults.add(f"/methods/{place}", "There is no such payment method here.")
        elif currency not in method.currencies.all():
            faults.add(f"/methods/{place}", f"{method.name} does not move {currency.code}.")
        elif slug in slugs[:place]:
            faults.add(f"/methods/{place}", "This payment method is listed twice.")
        else:
            chosen.append(method)
    return tuple(chosen)


def _read_terms(text: str, faults: Faults) -> str:
    kept = unicodedata.normalize("NFC", _BREAKS.sub("\n", text)).strip()
    if len(kept) > limits.MOST_TERMS:
        faults.add("/terms_text", f"Use at most {limits.MOST_TERMS} characters.")
    if any(unicodedata.category(char) in _HIDDEN and char not in _HARMLESS for char in kept):
        faults.add("/terms_text", "Leave out control characters and invisible signs.")
    return kept


def _read_window(seconds: int, field: str, window: limits.Window, faults: Faults) -> int:
    return faults.within(
        seconds, field=field, least=window.least, most=window.most, words=f"Give {window.words}, in seconds."
    )


def _usual_window(methods: tuple[PaymentMethod, ...]) -> int:
    """Return the window of the slowest chosen method."""
    return max((method.payment_window for method in methods), default=limits.HOUR)


def _check_against_market(values: OfferValues, market: Market, *, accept_far: bool) -> None:
    """Refuse a quantity worth less than the least trade, and ask about a price far from the market."""
    price = effective_price(values.rule, market)
    if price is None:
        return
    decimals, places, code = values.asset.decimals, values.currency.minor_units, values.currency.code
    worth = money.fiat_for(values.total_units, price=price, decimals=decimals, minor_units=places)
    if worth < values.min_fiat:
        words = f"At {plain(price)} {code} this is worth {worth:f}, less than your smallest trade."
        raise Invalid(fields={"/total_asset": words})
    away = price_against_market(price, market.price)
    if accept_far or away is None or abs(away) <= limits.FAR_BPS or market.price is None:
        return
    where = "above" if away > 0 else "below"
    gap = money.round_fiat(abs(price - market.price), minor_units=places)
    words = f"This is {Decimal(abs(away)) / 100:.1f}% {where} market, {gap:f} {code} for each {values.asset.symbol}."
    raise Invalid(
        code="far_from_market",
        fields={"/price": f"{words} Confirm that you mean it."},
        extra={"away_bps": away, "market": format(market.price, "f")},
    )
