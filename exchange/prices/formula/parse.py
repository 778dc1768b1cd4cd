"""From text to a formula, by a grammar. What cannot be read is refused with its place and the nearest valid name.

Everything is bounded before it costs anything: the text, the size of the tree, its depth, the length of a number.
"""

from collections.abc import Collection
from decimal import Decimal
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from exchange.prices.formula.explain import explain
from exchange.prices.formula.names import check_names
from exchange.prices.formula.refusals import BadFormula, nearest_of
from exchange.prices.formula.tree import (
    FUNCTIONS,
    MARKET,
    Applied,
    Combined,
    Formula,
    Negated,
    Number,
    Part,
    Quoted,
    SourceName,
    inner,
)

MOST_CHARACTERS = 500
MOST_PARTS = 100
MOST_DEPTH = 24
MOST_DIGITS = 18
_GRAMMAR = r"""
?start: sum
?sum: product | sum SUM_SIGN product -> combined
?product: signed | product PRODUCT_SIGN signed -> combined
?signed: MINUS signed -> negated | atom
?atom: NUMBER -> number | "(" sum ")" | NAME "(" PAIR ")" -> quoted | NAME "(" sum ("," sum)* ")" -> applied

MINUS: "-"
SUM_SIGN: "+" | MINUS
PRODUCT_SIGN: "*" | "/"
NUMBER: /[0-9]+(\.[0-9]+)?|\.[0-9]+/
PAIR.2: /[A-Za-z][A-Za-z0-9]{1,11}\s*\/\s*[A-Za-z]{3}(?![A-Za-z0-9])/
NAME: /[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*/
%ignore /\s+/
"""


def parse(text: str, *, known: Collection[SourceName] | None = None) -> Formula:
    """Return the formula written in `text`. Raises `BadFormula`; with `known` also for a source that is not in it."""
    if not text.strip():
        raise BadFormula("Write a formula, for example market(ETH/EUR) * 1.01.", text="", position=0)
    if len(text) > MOST_CHARACTERS:
        words = f"A formula has at most {MOST_CHARACTERS} characters; this one has {len(text)}."
        raise BadFormula(words, text=text, position=MOST_CHARACTERS)
    formula = Formula(_read(text), text)
    _check_size(formula)
    if known is not None:
        check_names(formula, known=known)
    return formula


def _read(text: str) -> Part:
    try:
        # With a transformer inside, the parser gives what the transformer makes of the whole: a part.
        read: Any = _parser().parse(text)
    except (UnexpectedCharacters, UnexpectedToken) as error:
        raise explain(error, text=text) from error
    except _Unusable as error:
        raise BadFormula(error.problem, text=text, position=error.position, nearest=error.nearest) from error
    part: Part = read
    return part


class _Unusable(Exception):
    """Well spelled, and still nothing that can be computed."""

    def __init__(self, problem: str, token: Token, *, nearest: str | None = None) -> None:
        self.problem, self.position, self.nearest = problem, _place(token), nearest
        super().__init__(problem)


class _Builder(Transformer[Token, Part]):
    """Builds parts while the parser runs, so that no second tree is made."""

    def number(self, found: list[Any]) -> Part:
        token: Token = found[0]
        if any(len(digits) > MOST_DIGITS for digits in token.split(".")):
            raise _Unusable(f"A number has at most {MOST_DIGITS} digits on each side of the point.", token)
        return Number(Decimal(token), _place(token))

    def quoted(self, found: list[Any]) -> Part:
        name, pair = found
        asset, _, currency = "".join(pair.upper().split()).partition("/")
        source = name.lower()
        if source in FUNCTIONS:
            words = f"{source} takes two or more values, separated by commas."
            raise _Unusable(words, name, nearest=f"{MARKET}({asset}/{currency})")
        return Quoted(SourceName(source, asset, currency), _place(name))

    def negated(self, found: list[Any]) -> Part:
        sign, part = found
        return Negated(part, _place(sign))

    def combined(self, found: list[Any]) -> Part:
        left, sign, right = found
        return Combined(str(sign), left, right, _place(sign))

    def applied(self, found: list[Any]) -> Part:
        name, *parts = found
        function = name.lower()
        if function not in FUNCTIONS:
            words = f"There is no function {name}: there is min, max and median, and sources take a pair."
            raise _Unusable(words, name, nearest=nearest_of(function, FUNCTIONS))
        if len(parts) < 2:
            raise _Unusable(f"{function} takes two or more values, separated by commas.", name)
        return Applied(function, tuple(parts), _place(name))


def _place(token: Token) -> int:
    return token.start_pos or 0


def _check_size(formula: Formula) -> None:
    level: list[Part] = [formula.root]
    parts = depth = 0
    while level:
        parts, depth = parts + len(level), depth + 1
        if parts > MOST_PARTS or depth > MOST_DEPTH:
            words = f"A formula has at most {MOST_PARTS} parts, {MOST_DEPTH} inside each other. Make it simpler."
            raise BadFormula(words, text=formula.text, position=level[0].at)
        level = [one for part in level for one in inner(part)]


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=False)
