"""The value of a formula: exact decimals, every source with its age, or a refusal that names the part to blame.

Between the named prices and the result nothing is rounded that could show: a hundred digits are carried, no step may
leave the bounds below, and the price is rounded once, half up, to ten decimals like every price.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from exchange.prices.formula.refusals import DividesByZero, OutOfRange, SourceStale, SourceUnknown
from exchange.prices.formula.tree import Applied, Combined, Formula, Negated, Number, Part, Quoted, SourceName

DIGITS = 100
# No step on the way may be larger, no divisor closer to zero.
MOST = Decimal(10) ** 30
LEAST_DIVISOR = Decimal(10) ** -18
# As for every price: from a millionth to a billiard.
LEAST_PRICE, MOST_PRICE = Decimal("0.000001"), Decimal(10) ** 15
PLACES = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceValue:
    """What a source last said, how many seconds ago, and up to which age that counts; no price: it has none now."""

    price: Decimal | None
    age_seconds: int
    max_age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUsed:
    """A named source that a value was computed from."""

    name: SourceName
    price: Decimal
    age_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The price of one coin, what it was computed from, and the age of the oldest of that in seconds (0 for none)."""

    value: Decimal
    sources: tuple[SourceUsed, ...]
    age_seconds: int


def evaluate(formula: Formula, prices: Mapping[SourceName, SourceValue]) -> Evaluated:
    """Return the value of `formula` at `prices`. Raises `NoValue` in one of its kinds."""
    with localcontext() as context:
        context.prec = DIGITS
        exact = _value(formula.root, prices)
        value = exact.quantize(PLACES, rounding=ROUND_HALF_UP)
    if not LEAST_PRICE <= value <= MOST_PRICE:
        where = f"between {LEAST_PRICE:f} and {MOST_PRICE:f}"
        raise OutOfRange(
            f"This formula gives {_short(exact)} just now; a price lies {where}.", position=formula.root.at
        )
    used = tuple(_used(name, prices[name]) for name in formula.sources)
    return Evaluated(value=value, sources=used, age_seconds=max((one.age_seconds for one in used), default=0))


def _used(name: SourceName, told: SourceValue) -> SourceUsed:
    assert told.price is not None  # else there would be no value
    return SourceUsed(name=name, price=told.price, age_seconds=told.age_seconds)


def _value(part: Part, prices: Mapping[SourceName, SourceValue]) -> Decimal:
    match part:
        case Number():
            return part.value
        case Quoted():
            return _quoted(part, prices)
        case Negated():
            return -_value(part.part, prices)
        case Applied():
            return _applied(part.function, sorted(_value(one, prices) for one in part.parts))
    result = _combined(part, _value(part.left, prices), _value(part.right, prices))
    if abs(result) > MOST:
        raise OutOfRange("A step of this formula grows beyond all bounds.", position=part.at)
    return result


def _combined(part: Combined, left: Decimal, right: Decimal) -> Decimal:
    match part.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    if abs(right) < LEAST_DIVISOR:
        raise DividesByZero(f"This formula divides by {_short(right)} just now.", position=part.at)
    return left / right


def _applied(function: str, values: list[Decimal]) -> Decimal:
    if function == "min":
        return values[0]
    if function == "max":
        return values[-1]
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def _quoted(part: Quoted, prices: Mapping[SourceName, SourceValue]) -> Decimal:
    told = prices.get(part.name)
    if told is None:
        raise SourceUnknown(f"There is no price from {part.name} just now.", position=part.at)
    if told.age_seconds > told.max_age:
        age = f"its price is {told.age_seconds} s old, and counts for {told.max_age} s"
        raise SourceStale(f"{part.name} is stale: {age}.", position=part.at)
    if told.price is None:
        raise SourceStale(
            f"{part.name} has no price just now: too few of its sources are fresh, or they do not agree.",
            position=part.at,
        )
    return told.price


def _short(value: Decimal) -> str:
    """Return six digits of `value` for a sentence."""
    with localcontext() as context:
        context.prec = 6
        return str((+value).normalize()).replace("E", "e")
