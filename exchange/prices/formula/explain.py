"""Why a text cannot be read as a formula, in words for the person who wrote it."""

import re

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from exchange.prices.formula.refusals import BadFormula
from exchange.prices.formula.tree import MARKET

_HINTS = {
    "%": "Percent signs are not read: write * 1.015 for 1.5% more.",
    "^": "There are no powers here: use + - * / min max median.",
    "=": "Write only the right side of the equation.",
    ";": "Write one formula only.",
    "€": "Write plain numbers without a currency sign.",
    "$": "Write plain numbers without a currency sign.",
    "\N{MULTIPLICATION SIGN}": "Write * to multiply.",
    "\N{DIVISION SIGN}": "Write / to divide.",
    "\N{MINUS SIGN}": "Write the plain minus sign -.",
}
_LONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\s*$")
_LONE_PAIR = re.compile(r"([A-Za-z][A-Za-z0-9]{1,11})\s*/\s*([A-Za-z]{3})\b(?!\s*\()")


def explain(error: UnexpectedCharacters | UnexpectedToken, *, text: str) -> BadFormula:
    """Return the refusal for what the parser stumbled over."""
    if isinstance(error, UnexpectedCharacters):
        return _foreign(text, error.pos_in_stream or 0)
    position = len(text) if error.token.type == "$END" else error.token.start_pos or 0
    if set(error.expected) == {"LPAR"}:
        return _lone_name(text, position)
    if error.token.type == "$END":
        missing = "a closing bracket" if "RPAR" in error.expected else "a number, a source or a bracket"
        return BadFormula(f"The formula ends too early: {missing} is missing.", text=text, position=position)
    return BadFormula(_misplaced(error.token, set(error.expected)), text=text, position=position)


def _foreign(text: str, position: int) -> BadFormula:
    char = text[position]
    hint = _HINTS.get(char) or (f"The sign {char} has no meaning here." if char.isprintable() else "")
    return BadFormula(hint or "There is a sign here that cannot be seen.", text=text, position=position)


def _lone_name(text: str, position: int) -> BadFormula:
    name = _LONE_NAME.search(text[:position])
    start = name.start() if name else position
    pair = _LONE_PAIR.match(text, start)
    if pair is None:
        words = f"A name is followed by its pair or its values in brackets, as in {MARKET}(ETH/EUR)."
    else:
        words = f"A pair stands in the brackets of a source: {MARKET}({pair[1].upper()}/{pair[2].upper()})."
    return BadFormula(words, text=text, position=start)


def _misplaced(token: Token, expected: set[str]) -> str:
    may_end = "SUM_SIGN" in expected
    match token.type:
        case "COMMA":
            return "A comma only separates the values of min, max and median; write 1250.50 with a point."
        case "LPAR" if may_end:
            return "Write * to multiply with what is in the brackets."
        case "RPAR":
            return "This bracket closes nothing." if may_end else "Something is missing before this bracket."
    if may_end:
        return f"A sign such as + or * is missing before {token}."
    return f"{token} cannot stand here: a number, a source or a bracket is needed."
