"""What formula prices give: checked when written, reckoned anew at every reading of prices, and once more at a take.

The book cannot evaluate a million formulas a page, and their order follows no index. So the result stands in the
offer's row (`formula_price`, floor and ceiling included) with the moment it is good until, and one run of the book is
ordered by it. What a reading costs is bounded: a maker has few formula offers (`limits.MOST_FORMULA_OFFERS`), equal
texts of a pair are evaluated once, and rows whose result did not move are not touched but for their moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from exchange.core.errors import Invalid
from exchange.offers import limits
from exchange.offers.models import Offer, ParkedFormula
from exchange.offers.pricing import PLACES, PriceRule, rule_of, within
from exchange.prices import queries as prices
from exchange.prices.formula.evaluate import SourceUsed
from exchange.prices.formula.parse import parse
from exchange.prices.formula.refusals import BadFormula, NoValue, SourceStale, SourceUnknown
from exchange.prices.formula.tree import Formula
from exchange.prices.named import known_names, named_prices
from exchange.prices.queries import Market

_POINTER = "/price/text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """What a formula gives now, or why it gives nothing; `until` is when its oldest source stops counting."""

    price: Decimal | None = None
    until: datetime | None = None
    sources: tuple[SourceUsed, ...] = ()
    problem: ParkedFormula = ParkedFormula.NOT
    words: str = ""


def check_formula(text: str) -> str:
    """Return `text` if it is a formula over sources there are. Raises `Invalid` at `/price/text`, with its place."""
    try:
        parse(text, known=known_names())
    except BadFormula as error:
        raise Invalid(fields={_POINTER: error.message}, extra=error.extra) from error
    return text


def reckon(rule: PriceRule, *, asset: str, currency: str, now: datetime) -> Reckoned:
    """Return what the formula of `rule` gives for one coin of `asset` in `currency` now."""
    formula = parse(rule.formula)
    return _reckon(formula, rule, asset=asset, currency=currency, now=now)


def refreshed(offer: Offer, *, now: datetime) -> Offer:
    """Return `offer` with its formula's price of this moment; other offers as they are. Nothing is stored."""
    if offer.formula:
        found = reckon(rule_of(offer), asset=offer.asset.symbol, currency=offer.currency_id, now=now)
        offer.formula_price, offer.formula_until, offer.formula_problem = found.price, found.until, found.problem
    return offer


def columns_of(found: Reckoned) -> dict[str, object]:
    """Return what of a reckoning stands in the row."""
    return {"formula_price": found.price, "formula_until": found.until, "formula_problem": found.problem}


def _reckon(formula: Formula, rule: PriceRule, *, asset: str, currency: str, now: datetime) -> Reckoned:
    values = named_prices(formula.sources, now=now)
    try:
        result = formula.evaluate(values)
    except (SourceStale, SourceUnknown) as error:
        return Reckoned(problem=ParkedFormula.STALE, words=error.message)
    except NoValue as error:
        return Reckoned(problem=ParkedFormula.UNDEFINED, words=error.message)
    price = within(result.value.quantize(PLACES), floor=rule.floor, ceiling=rule.ceiling)
    problem = _out_of_range(price, prices.market(asset, currency, now=now))
    if problem:
        return Reckoned(problem=ParkedFormula.OUT_OF_RANGE, words=problem, sources=result.sources)
    ages = [values[one.name].max_age - one.age_seconds for one in result.sources]
    # A formula without sources is a fixed price in other words; it is good until it is looked at again.
    until = now + timedelta(seconds=min(ages, default=settings.PRICE_MAX_AGE))
    return Reckoned(price=price, until=until, sources=result.sources)


def _out_of_range(price: Decimal, market: Market) -> str:
    """Return why a price cannot be meant: beyond what a margin may be, or beyond all prices. Empty when it can."""
    if not limits.LEAST_PRICE <= price <= limits.MOST_PRICE:
        return f"It gives {price:f}, which is no price."
    if market.price is None:
        return ""
    least = market.price * (limits.WHOLE_BPS + limits.LEAST_MARGIN) / limits.WHOLE_BPS
    most = market.price * (limits.WHOLE_BPS + limits.MOST_MARGIN) / limits.WHOLE_BPS
    if least <= price <= most:
        return ""
    return f"It gives {price:.2f}, which is not between {least:.2f} and {most:.2f}: half the market and twice it."


def group(offers: Iterable[Offer]) -> dict[tuple[str, str, str], list[Offer]]:
    """Return offers by pair and formula, each of which is evaluated once."""
    groups: dict[tuple[str, str, str], list[Offer]] = {}
    for offer in offers:
        groups.setdefault((offer.asset.symbol, offer.currency_id, offer.formula), []).append(offer)
    return groups
