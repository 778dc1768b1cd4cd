"""What an offer costs at a market price. Pure.

The order book relies on one property: for a given market price, a higher margin always means a higher price, also
after rounding. It holds while one basis point of the market price is at least one unit of the tenth decimal.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext

from exchange.core.money import BPS
from exchange.offers.models import Offer, PriceType
from exchange.prices.queries import Market

PLACES = Decimal("0.0000000001")
# Below this a basis point of the price would vanish in rounding.
LEAST_PRICE = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """A fixed price, a margin on the market in basis points between an optional floor and ceiling, or a formula.

    What a formula gives, floor and ceiling included, is reckoned by `formulas.py`; it is good until `until`.
    """

    type: PriceType
    fixed: Decimal | None = None
    margin_bps: int | None = None
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    formula: str = ""
    reckoned: Decimal | None = None
    until: datetime | None = None


def rule_of(offer: Offer) -> PriceRule:
    """Return the price rule of a stored offer."""
    return PriceRule(
        type=PriceType(offer.price_type),
        fixed=offer.fixed_price,
        margin_bps=offer.margin_bps,
        floor=offer.floor_price,
        ceiling=offer.ceiling_price,
        formula=offer.formula,
        reckoned=offer.formula_price,
        until=offer.formula_until,
    )


def effective_price(rule: PriceRule, market: Market, *, now: datetime) -> Decimal | None:
    """Return the price of one coin now, to ten decimals; None while what it hangs on is stale."""
    if rule.fixed is not None:
        return rule.fixed
    if rule.type is PriceType.FORMULA:
        return rule.reckoned if rule.until is not None and rule.until >= now else None
    if market.is_stale or market.price is None or market.price < LEAST_PRICE or rule.margin_bps is None:
        return None
    return within(with_margin(market.price, bps=rule.margin_bps), floor=rule.floor, ceiling=rule.ceiling)


def within(price: Decimal, *, floor: Decimal | None, ceiling: Decimal | None) -> Decimal:
    """Return `price` held between floor and ceiling."""
    if floor is not None:
        price = max(price, floor)
    return price if ceiling is None else min(price, ceiling)


def with_margin(market: Decimal, *, bps: int) -> Decimal:
    """Return `market` raised by `bps` basis points, rounded half up to ten decimals."""
    with localcontext() as context:
        context.prec = 80
        return (market * (BPS + bps) / BPS).quantize(PLACES, rounding=ROUND_HALF_UP)


def price_against_market(price: Decimal, market: Decimal | None) -> int | None:
    """Return how many basis points `price` lies above (or below) `market`, half up; None without a market."""
    if market is None or market <= 0:
        return None
    with localcontext() as context:
        context.prec = 80
        return int(((price / market - 1) * BPS).to_integral_value(rounding=ROUND_HALF_UP))
