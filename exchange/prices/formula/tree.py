"""What a formula is: a small tree of numbers, named sources, signs and functions, and its one canonical spelling.

Two formulas are equal when they compute the same thing the same way; where a part stood in the text does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.prices.formula.evaluate import Evaluated, SourceValue

FUNCTIONS = ("max", "median", "min")
# The pair's market price, as offers with a margin use it; every other source is one exchange, feed or rate.
MARKET = "market"


@dataclass(frozen=True, slots=True, order=True)
class SourceName:
    """One named price: `asset` in `currency` as `source` tells it, written `kraken(ETH/EUR)`."""

    source: str
    asset: str
    currency: str

    def __str__(self) -> str:
        return f"{self.source}({self.asset}/{self.currency})"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: never negative, no exponent."""

    value: Decimal
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a named source says."""

    name: SourceName
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negated:
    """`-part`."""

    part: Part
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Combined:
    """`left sign right`, the sign one of `+ - * /`; `at` is where the sign stands."""

    sign: str
    left: Part
    right: Part
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Applied:
    """`min`, `max` or `median` of two or more parts."""

    function: str
    parts: tuple[Part, ...]
    at: int = field(default=0, compare=False)


Part = Number | Quoted | Negated | Combined | Applied
_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2}
_NEGATION = 3


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula. `str()` spells it canonically, and parsing that gives an equal formula."""

    root: Part
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return _spell(self.root)

    @property
    def sources(self) -> tuple[SourceName, ...]:
        """The named sources it needs, each once, in the order of the text."""
        return tuple(dict.fromkeys(part.name for part in walk(self.root) if isinstance(part, Quoted)))

    def evaluate(self, prices: Mapping[SourceName, SourceValue]) -> Evaluated:
        """Return its value at `prices`. Raises `NoValue` in one of its kinds."""
        from exchange.prices.formula.evaluate import evaluate

        return evaluate(self, prices)


def inner(part: Part) -> tuple[Part, ...]:
    """Return the parts that `part` is made of, left to right."""
    match part:
        case Negated():
            return (part.part,)
        case Combined():
            return (part.left, part.right)
        case Applied():
            return part.parts
    return ()


def walk(root: Part) -> Iterator[Part]:
    """Yield every part, left to right; the depth of a parsed formula is bounded."""
    yield root
    for part in inner(root):
        yield from walk(part)


def _rank(part: Part) -> int:
    if isinstance(part, Combined):
        return _RANKS[part.sign]
    return _NEGATION if isinstance(part, Negated) else _NEGATION + 1


def _spell(part: Part) -> str:
    match part:
        case Number():
            return format(part.value, "f")
        case Quoted():
            return str(part.name)
        case Negated():
            return "-" + _within(part.part, least=_NEGATION + 1)
        case Applied():
            return f"{part.function}({', '.join(_spell(one) for one in part.parts)})"
    rank = _RANKS[part.sign]
    # Signs bind to the left, so an equal sign on the right keeps its brackets.
    return f"{_within(part.left, least=rank)} {part.sign} {_within(part.right, least=rank + 1)}"


def _within(part: Part, *, least: int) -> str:
    return _spell(part) if _rank(part) >= least else f"({_spell(part)})"
