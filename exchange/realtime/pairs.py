"""The pairs that are traded, remembered for a moment: after a restart ten thousand readers ask for the same few."""

import re
import time

from exchange.catalog import queries as catalog

_PAIR = re.compile(r"([A-Z0-9]{1,12})/([A-Z]{3})")
# How long a pair that has just been closed can still be followed, ns; nothing is told of it any more.
KEPT_FOR = 5 * 10**9
# How long a pair that has just been opened may be refused, ns: nobody makes us ask more often by naming what is none.
ASKED_EVERY = 10**9


class Pairs:
    """What this process knows of the catalogue; safe to share between threads."""

    def __init__(self) -> None:
        # When it was read (never), and what.
        self._known: tuple[int | None, frozenset[str], frozenset[str]] = (None, frozenset(), frozenset())

    def remembers(self, name: str) -> bool:
        """Return whether `name`, such as ETH/EUR, is known to be traded without asking anybody."""
        return self._is_younger_than(KEPT_FOR) and self._holds(name)

    def is_traded(self, name: str) -> bool:
        """Return whether `name` is a pair of an active asset and an active currency, asking the database if need be."""
        if _PAIR.fullmatch(name) is None:
            return False
        if not self.remembers(name) and not self._is_younger_than(ASKED_EVERY):
            assets = frozenset(asset.symbol for asset in catalog.assets())
            currencies = frozenset(currency.code for currency in catalog.currencies())
            self._known = (time.monotonic_ns(), assets, currencies)
        return self._holds(name)

    def _is_younger_than(self, age: int) -> bool:
        read_at = self._known[0]
        return read_at is not None and time.monotonic_ns() < read_at + age

    def _holds(self, name: str) -> bool:
        _, assets, currencies = self._known
        match = _PAIR.fullmatch(name)
        return match is not None and match[1] in assets and match[2] in currencies
