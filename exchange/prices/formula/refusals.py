"""What can be wrong with a formula: in its text (`BadFormula`, 422) or in the prices it needs now (`NoValue`, 409)."""

from collections.abc import Iterable
from difflib import get_close_matches

from exchange.core.errors import Conflict, Invalid

_AROUND = 40


class BadFormula(Invalid):
    """The text is no formula we can use. `position` counts characters from 0; `nearest` is what may have been meant."""

    code = "bad_formula"
    message = "This is no formula that can be used."

    def __init__(self, message: str, *, text: str, position: int, nearest: str | None = None) -> None:
        self.text, self.position, self.nearest = text, position, nearest
        self.problem = f"{message} Did you mean {nearest}?" if nearest else message
        where = f"At character {position + 1}: " if text else ""
        super().__init__(where + self.problem, extra={"position": position, "nearest": nearest})

    def pointer(self) -> str:
        """Return the line around the fault, and below it a caret under the fault, for a fixed-width font."""
        start = max(0, self.position - _AROUND)
        line = "".join(" " if char.isspace() else char for char in self.text[start : self.position + _AROUND])
        return f"{line}\n{' ' * (self.position - start)}^"


class NoValue(Conflict):
    """The formula is sound and has no value just now; `position` tells which part is to blame."""

    code = "formula_has_no_value"
    message = "This formula has no value just now."

    def __init__(self, message: str, *, position: int) -> None:
        self.position = position
        super().__init__(message, extra={"position": position})


class DividesByZero(NoValue):
    """A divisor is zero, or so close to it that the result would mean nothing."""

    code = "formula_divides_by_zero"


class SourceUnknown(NoValue):
    """No such source tells this pair."""

    code = "formula_source_unknown"


class SourceStale(NoValue):
    """A source has not been heard for too long."""

    code = "formula_source_stale"


class OutOfRange(NoValue):
    """The result, or a step on the way, is no price: zero, negative, or beyond all bounds."""

    code = "formula_out_of_range"


def nearest_of(name: str, names: Iterable[str]) -> str | None:
    """Return the valid name that looks most like `name`, if one does."""
    found = get_close_matches(name.lower(), sorted(names), n=1)
    return found[0] if found else None
