"""The price rule a maker wrote: fixed, with a margin, or a formula; every part that cannot be is named."""

from collections.abc import Callable
from decimal import Decimal

from exchange.core import money
from exchange.core.errors import Invalid
from exchange.offers import limits
from exchange.offers.drafts import PriceDraft
from exchange.offers.faults import Faults
from exchange.offers.models import PriceType
from exchange.offers.plain import plain
from exchange.offers.pricing import PriceRule, price_against_market
from exchange.prices.queries import Market

# Stands for a number that could not be read, so that the rest can be judged.
ABSENT = Decimal(1)
_STRANGE = {
    PriceType.FIXED: (("bps", "floor", "ceiling", "text"), "A fixed price has no such part."),
    PriceType.MARGIN: (("value", "text"), "A price with a margin has no such part."),
    PriceType.FORMULA: (("value", "bps"), "A formula has no such part."),
}


def read_price(price: PriceDraft, faults: Faults, *, check_formula: Callable[[str], str]) -> PriceRule:
    """Return the rule; `check_formula` returns a formula's text or raises `Invalid` at `/price/text`."""
    if price.type not in PriceType.values:
        faults.add("/price/type", f"Use one of these price types: {', '.join(PriceType.values)}.")
        return PriceRule(type=PriceType.FIXED, fixed=ABSENT)
    kind = PriceType(price.type)
    names, words = _STRANGE[kind]
    for name in names:
        if getattr(price, name) is not None:
            faults.add(f"/price/{name}", words)
    if kind is PriceType.FIXED:
        return PriceRule(type=kind, fixed=_read_rate(price.value, field="/price/value", faults=faults))
    floor, ceiling = _read_limits(price, faults)
    if kind is PriceType.FORMULA:
        text = faults.read(lambda: check_formula(price.text or ""), otherwise="")
        return PriceRule(type=kind, formula=text, floor=floor, ceiling=ceiling)
    bps = faults.within(
        price.bps,
        field="/price/bps",
        least=limits.LEAST_MARGIN,
        most=limits.MOST_MARGIN,
        words=f"Give a margin of {limits.LEAST_MARGIN} to {limits.MOST_MARGIN} basis points; 150 is 1.5%.",
    )
    return PriceRule(type=kind, margin_bps=bps, floor=floor, ceiling=ceiling)


def check_far(
    *, side: str, price: Decimal, market: Market, total_units: int, decimals: int, minor_units: int, symbol: str
) -> None:
    """Raise `Invalid` (`far_from_market`) for a price more than a tenth off the market, telling the loss in money."""
    away = price_against_market(price, market.price)
    if away is None or abs(away) <= limits.FAR_BPS or market.price is None:
        return
    code = market.currency
    where = "above" if away > 0 else "below"
    gap = money.round_fiat(abs(price - market.price), minor_units=minor_units)
    words = f"This is {Decimal(abs(away)) / 100:.1f}% {where} market, {gap:,f} {code} for each {symbol}."
    whole = money.fiat_for(total_units, price=abs(price - market.price), decimals=decimals, minor_units=minor_units)
    coins = plain(money.from_units(total_units, decimals=decimals))
    is_loss = (away < 0) == (side == "sell")
    words += (
        f" You would lose {whole:,f} {code} on {coins} {symbol}."
        if is_loss
        else f" Few will take it: on {coins} {symbol} that is {whole:,f} {code} more than the market."
    )
    raise Invalid(
        code="far_from_market",
        fields={"/price": f"{words} Confirm that you mean it."},
        extra={"away_bps": away, "market": format(market.price, "f"), "difference": format(whole, "f")},
    )


def _read_limits(price: PriceDraft, faults: Faults) -> tuple[Decimal | None, Decimal | None]:
    floor = None if price.floor is None else _read_rate(price.floor, field="/price/floor", faults=faults)
    ceiling = None if price.ceiling is None else _read_rate(price.ceiling, field="/price/ceiling", faults=faults)
    if floor is not None and ceiling is not None and floor > ceiling:
        faults.add("/price/ceiling", "The ceiling must not lie below the floor.")
    return floor, ceiling


def _read_rate(text: str | None, *, field: str, faults: Faults) -> Decimal:
    if text is None:
        faults.add(field, "A price is needed here.")
        return ABSENT
    rate = faults.read(lambda: money.parse_decimal(text, field=field, places=limits.PRICE_PLACES), otherwise=ABSENT)
    if not limits.LEAST_PRICE <= rate <= limits.MOST_PRICE:
        faults.add(field, f"Give a price from {limits.LEAST_PRICE:f} to {limits.MOST_PRICE:f}.")
    return rate
