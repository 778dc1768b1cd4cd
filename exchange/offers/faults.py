"""Collects what is wrong with a form, so that everything can be corrected in one go."""

from collections.abc import Callable
from typing import TypeVar

from exchange.core.errors import Invalid

T = TypeVar("T")


class Faults:
    """Sentences by field (a JSON pointer); the first of a field counts."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, words: str) -> None:
        """Note a fault."""
        self.fields.setdefault(field, words)

    def read(self, reading: Callable[[], T], *, otherwise: T) -> T:
        """Return what `reading` returns, or `otherwise` after noting the faults it raised."""
        try:
            return reading()
        except Invalid as error:
            for field, words in error.fields.items():
                self.add(field, words)
            return otherwise

    def within(self, number: object, *, field: str, least: int, most: int, words: str) -> int:
        """Return a whole number between the bounds; else note `words` and return `least`."""
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            self.add(field, words)
            return least
        return number

    def refuse(self) -> None:
        """Raise `Invalid` if anything is wrong."""
        if self.fields:
            raise Invalid(fields=self.fields)
