"""Random formulas: spelled and read again they are equal, and worth what exact fractions say."""

import statistics
import string
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.prices.formula.evaluate import LEAST_DIVISOR, LEAST_PRICE, MOST, MOST_PRICE, SourceValue
from exchange.prices.formula.parse import MOST_DEPTH, MOST_PARTS, parse
from exchange.prices.formula.refusals import BadFormula, DividesByZero, NoValue, OutOfRange, SourceStale, SourceUnknown
from exchange.prices.formula.tree import (
    FUNCTIONS,
    Applied,
    Combined,
    Formula,
    Negated,
    Number,
    Part,
    Quoted,
    SourceName,
    inner,
    walk,
)

NAMES = [
    SourceName("kraken", "ETH", "EUR"),
    SourceName("market", "DUSD", "NGN"),
    SourceName("demo-north", "ETH", "USD"),
]
numbers = st.decimals(0, 10**9, places=6).map(Number)
leaves = numbers | st.sampled_from(NAMES).map(Quoted)


def _grow(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    return (
        parts.map(Negated)
        | st.builds(Combined, st.sampled_from("+-*/"), parts, parts)
        | st.builds(Applied, st.sampled_from(FUNCTIONS), st.lists(parts, min_size=2, max_size=4).map(tuple))
    )


def _depth(part: Part) -> int:
    return 1 + max((_depth(one) for one in inner(part)), default=0)


trees = st.recursive(leaves, _grow, max_leaves=20).filter(
    lambda root: (
        _depth(root) <= MOST_DEPTH and sum(1 for _ in walk(root)) <= MOST_PARTS and len(str(Formula(root))) < 500
    )
)
told = st.fixed_dictionaries(
    {},
    optional={
        name: st.builds(
            SourceValue,
            price=st.decimals("0.000001", 10**6, places=6),
            age_seconds=st.integers(0, 70),
            max_age=st.just(60),
        )
        for name in NAMES
    },
)


@given(trees)
def test_a_formula_spelled_and_read_again_is_the_same(root: Part) -> None:
    formula = Formula(root)
    again = parse(str(formula))
    assert again == formula
    assert str(again) == str(formula)


class NoFraction(Exception):
    """The oracle's own refusals."""


def _exact(part: Part, prices: dict[SourceName, SourceValue]) -> Fraction:
    """Compute with whole-number fractions, by other code than ours."""
    if isinstance(part, Number):
        return Fraction(str(part.value))
    if isinstance(part, Quoted):
        if part.name not in prices or prices[part.name].age_seconds > prices[part.name].max_age:
            raise NoFraction("source")
        return Fraction(str(prices[part.name].price))
    values = [_exact(one, prices) for one in inner(part)]
    if isinstance(part, Negated):
        return Fraction(0) - values[0]
    if isinstance(part, Applied):
        chosen: dict[str, Callable[[list[Fraction]], Fraction]] = {"min": min, "max": max, "median": statistics.median}
        return chosen[part.function](values)
    assert isinstance(part, Combined)
    if part.sign == "/" and abs(values[1]) < Fraction(LEAST_DIVISOR):
        raise NoFraction("zero")
    operations: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        "+": Fraction.__add__,
        "-": Fraction.__sub__,
        "*": Fraction.__mul__,
        "/": Fraction.__truediv__,
    }
    result = operations[part.sign](*values)
    if abs(result) > Fraction(MOST):
        raise NoFraction("range")
    return result


def _half_up(value: Fraction) -> Fraction:
    scaled = abs(value) * 10**10
    rounded = Fraction((scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2), 10**10)
    return rounded if value >= 0 else -rounded


@settings(max_examples=300)
@given(trees, told)
def test_a_formula_is_worth_what_exact_fractions_say(root: Part, prices: dict[SourceName, SourceValue]) -> None:
    try:
        value = Formula(root).evaluate(prices).value
    except NoValue as refused:
        _check_refusal(refused, root, prices)
        return
    exact = _exact(root, prices)
    # A hundred digits decide rounding except where a fraction lies on the very edge; then one last digit may differ.
    assert abs(Fraction(str(value)) - _half_up(exact)) <= Fraction(1, 10**10)
    assert abs(Fraction(str(value)) - exact) <= Fraction(1, 2 * 10**10) + Fraction(1, 10**40)


KINDS = {"source": (SourceStale, SourceUnknown), "zero": (DividesByZero,), "range": (OutOfRange,)}


def _check_refusal(refused: NoValue, root: Part, prices: dict[SourceName, SourceValue]) -> None:
    try:
        exact: Fraction | str = _half_up(_exact(root, prices))
    except NoFraction as error:
        exact = str(error)
    if isinstance(exact, str):
        assert isinstance(refused, KINDS[exact])
    else:
        assert isinstance(refused, OutOfRange)
        assert not Fraction(LEAST_PRICE) <= exact <= Fraction(MOST_PRICE)


written = st.text(st.sampled_from("0123456789.+-*/(), \tkrakenETH/EURmediaxi%_#") | st.characters(), max_size=60)


READABLE = frozenset(string.ascii_letters + string.digits + ".+-*/(),_")


def _read(text: str) -> Formula | BadFormula:
    try:
        return parse(text)
    except BadFormula as refused:
        return refused


@settings(max_examples=300)
@given(written)
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    found = _read(text)
    if isinstance(found, BadFormula):
        assert 0 <= found.position <= len(text)
        assert found.message
        assert found.pointer().count("\n") == 1
    else:
        assert parse(str(found)) == found
        assert all(char in READABLE or char.isspace() for char in text)


@given(trees, told)
def test_the_sources_of_a_value_are_the_named_ones_and_none_is_stale(
    root: Part, prices: dict[SourceName, SourceValue]
) -> None:
    formula = Formula(root)
    try:
        found = formula.evaluate(prices)
    except NoValue:
        return
    assert tuple(one.name for one in found.sources) == formula.sources
    assert all(one.age_seconds <= 60 and one.price == prices[one.name].price for one in found.sources)
    assert found.age_seconds == max((one.age_seconds for one in found.sources), default=0)
    assert found.value == found.value.quantize(Decimal("1e-10"))
