"""The bounds of every number in an offer. The contract's own bounds are in `contracts/src/Escrow.sol`."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

MINUTE, HOUR, DAY = 60, 3600, 86_400

MOST_FIAT = Decimal(10) ** 12
LEAST_PRICE, MOST_PRICE = Decimal("0.000001"), Decimal(10) ** 15
PRICE_PLACES = 10
LEAST_MARGIN, MOST_MARGIN = -5000, 10_000
# A price further from the market than this is asked about.
FAR_BPS = 1000
MOST_METHODS = 10
MOST_TERMS = 2000
MOST_FINISHED_TRADES = 1000
MOST_OPEN_OFFERS = 100
# Formulas are reckoned anew at every reading of prices, so their number a maker is small.
MOST_FORMULA_OFFERS = 10
MOST_FORMULA = 500
MOST_SKETCHES = 20
MOST_SEARCHES = 20
WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """A span in seconds with its bounds, and the bounds in words."""

    least: int
    most: int
    words: str


def payment_window() -> Window:
    """Return how long a buyer may be given to pay; the demo allows a minute so that deadlines can be watched."""
    if settings.DEMO:
        return Window(MINUTE, 7 * DAY, "1 minute to 7 days")
    return Window(10 * MINUTE, 7 * DAY, "10 minutes to 7 days")


def confirm_window() -> Window:
    """Return how long a seller may be given to look for the money (contract: 1 minute to 30 days)."""
    return Window(MINUTE, 30 * DAY, "1 minute to 30 days")


def arbitration_window() -> Window:
    """Return how long an arbiter may be given to rule (contract: 1 to 90 days)."""
    return Window(DAY, 90 * DAY, "1 to 90 days")
