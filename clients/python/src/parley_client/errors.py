"""What can go wrong, as a program tells it apart."""

from collections.abc import Mapping
from typing import Any


class ParleyError(Exception):
    """Anything this package raises."""


class Problem(ParleyError):
    """The node refused: RFC 9457 problem details. `code` is stable; `facts` holds everything that was said."""

    def __init__(self, status: int, facts: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(facts.get("code", "unknown"))
        self.detail = str(facts.get("detail", f"The node answered {status}."))
        self.errors = list(facts.get("errors", ()))
        self.facts = dict(facts)
        places = "; ".join(f"{one.get('pointer')}: {one.get('detail')}" for one in self.errors)
        super().__init__(f"{status} {self.code}: {self.detail}" + (f" ({places})" if places else ""))


class Mismatch(ParleyError):
    """What the node asks to be signed is not what was agreed to. Nothing was signed."""


class Unreachable(ParleyError):
    """No answer came, however often it was tried; a call with a key may be sent again without harm."""
