"""From what a maker wrote to values that can be stored: every fault is named by its field, all of them at once."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from exchange.catalog import queries as catalog
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core import money
from exchange.core.errors import Invalid, NotFound
from exchange.offers import limits
from exchange.offers.drafts import OfferDraft
from exchange.offers.faults import Faults
from exchange.offers.formulas import check_formula, reckon
from exchange.offers.hours import WorkingHours
from exchange.offers.models import PriceType, Side, Visibility
from exchange.offers.plain import plain
from exchange.offers.pricing import PriceRule, effective_price
from exchange.offers.validate_conditions import read_first_trade, read_hours, read_place, read_visibility
from exchange.offers.validate_price import ABSENT, check_far, read_price
from exchange.prices.queries import Market

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
    first_trade_max: Decimal | None
    country: str
    hours: WorkingHours | None
    visibility: Visibility


def check_draft(draft: OfferDraft, *, read_market: Callable[[str, str], Market], now: datetime) -> OfferValues:
    """Return the values of `draft`. Raises `Invalid` naming each field that cannot be used.

    `read_market(asset, currency)` is asked once the draft is sound, to judge price and quantity together.
    """
    faults = Faults()
    side = _read_side(draft.side, faults)
    asset, currency = _read_pair(draft, faults)
    faults.refuse()  # the rest is measured in the pair's units
    assert asset is not None
    assert currency is not None
    rule = read_price(draft.price, faults, check_formula=check_formula)
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
        first_trade_max=read_first_trade(
            draft.first_trade_max, least=min_fiat, most=max_fiat, currency=currency, faults=faults
        ),
        country=read_place(draft.country, faults),
        hours=read_hours(draft.working_hours, faults),
        visibility=read_visibility(draft.visibility, faults),
    )
    faults.refuse()
    market = read_market(asset.symbol, currency.code)
    _check_against_market(values, market, accept_far=draft.accept_far_price, now=now)
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


def _read_fiat(text: str, *, field: str, currency: Currency, faults: Faults) -> Decimal:
    amount = faults.read(lambda: money.parse_decimal(text, field=field, places=currency.minor_units), otherwise=ABSENT)
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


def _check_against_market(values: OfferValues, market: Market, *, accept_far: bool, now: datetime) -> None:
    """Refuse a quantity worth less than the least trade, and ask about a price far from the market."""
    if values.rule.type is PriceType.FORMULA:
        price = reckon(values.rule, asset=values.asset.symbol, currency=values.currency.code, now=now).price
    else:
        price = effective_price(values.rule, market, now=now)
    if price is None:
        return
    decimals, places, code = values.asset.decimals, values.currency.minor_units, values.currency.code
    worth = money.fiat_for(values.total_units, price=price, decimals=decimals, minor_units=places)
    if worth < values.min_fiat:
        words = f"At {plain(price)} {code} this is worth {worth:f}, less than your smallest trade."
        raise Invalid(fields={"/total_asset": words})
    if not accept_far:
        check_far(
            side=values.side,
            price=price,
            market=market,
            total_units=values.total_units,
            decimals=decimals,
            minor_units=places,
            symbol=values.asset.symbol,
        )
