"""What a trader's ended trades add up to. Pure: the same trades always give the same standing.

- *finished*: coins reached the buyer, whole or in part (`released`, `resolved`).
- *abandoned*: the trader let an agreed trade die: a seller who did not lock, a buyer who neither paid nor cancelled.
- *completion* = finished / (finished + abandoned), said only from ten such trades on.
- *lost disputes*: an arbiter ruled that the other side gets more than half.
- *median release*: from "marked paid" to the release; *median payment*: from the lock to "marked paid". Seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal, localcontext
from statistics import median_low

from exchange.trades.states import State

LEAST_FOR_A_RATE = 10
HALF = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTrade:
    """One ended trade as its trader lived it; `partner` and `ended_by_me` are about the other side and about fault."""

    state: State
    is_seller: bool
    partner: int
    was_agreed: bool
    ended_by_me: bool
    was_disputed: bool
    ruled_buyer_bps: int | None
    funded_at: datetime | None
    paid_at: datetime | None
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A standing in numbers; medians are seconds and None without a case."""

    finished: int
    abandoned: int
    disputes: int
    disputes_lost: int
    partners: int
    median_release: int | None
    median_payment: int | None


def add_up(trades: Iterable[EndedTrade]) -> Figures:
    """Return the figures of one trader's ended trades."""
    known = list(trades)
    finished = [trade for trade in known if trade.state in {State.RELEASED, State.RESOLVED}]
    releases = [
        _seconds(trade.paid_at, trade.finished_at)
        for trade in finished
        if trade.is_seller and trade.state is State.RELEASED and trade.paid_at
    ]
    payments = [
        _seconds(trade.funded_at, trade.paid_at)
        for trade in known
        if not trade.is_seller and trade.funded_at and trade.paid_at
    ]
    return Figures(
        finished=len(finished),
        abandoned=sum(1 for trade in known if is_abandoned(trade)),
        disputes=sum(1 for trade in known if trade.was_disputed),
        disputes_lost=sum(1 for trade in known if is_lost(trade)),
        partners=len({trade.partner for trade in finished}),
        median_release=median_low(releases) if releases else None,
        median_payment=median_low(payments) if payments else None,
    )


def is_abandoned(trade: EndedTrade) -> bool:
    """Return whether this trader let an agreed trade die."""
    if not trade.was_agreed or not trade.ended_by_me:
        return False
    if trade.is_seller:
        return trade.state in {State.EXPIRED, State.CANCELLED}
    return trade.state is State.REFUNDED


def is_lost(trade: EndedTrade) -> bool:
    """Return whether an arbiter gave the other side more than half."""
    if trade.ruled_buyer_bps is None:
        return False
    return trade.ruled_buyer_bps > HALF if trade.is_seller else trade.ruled_buyer_bps < HALF


def completion(finished: int, abandoned: int) -> Decimal | None:
    """Return the share of trades that were seen through, cut to a thousandth; None when too few for a rate."""
    counted = finished + abandoned
    if counted < LEAST_FOR_A_RATE:
        return None
    return (Decimal(finished) / Decimal(counted)).quantize(Decimal("0.001"), rounding=ROUND_DOWN)


def trust(finished: int, abandoned: int, disputes_lost: int) -> int:
    """Return how sure one can be that a trade is seen through, in basis points: 0 for a newcomer, never 10,000.

    The lower end of Wilson's 95 % interval (J. Am. Stat. Assoc. 22, 1927) for the share of good trades; a lost dispute
    takes one of the finished ones away and counts as one that failed. So 10 of 10 rank below 99 of 100.
    """
    good = max(0, finished - disputes_lost)
    counted = finished + abandoned
    if counted == 0:
        return 0
    with localcontext() as context:
        context.prec = 28
        n, share = Decimal(counted), Decimal(good) / Decimal(counted)
        z2 = Decimal("1.96") ** 2
        spread = (z2 * share * (1 - share) / n + z2 * z2 / (4 * n * n)).sqrt()
        low = (share + z2 / (2 * n) - spread) / (1 + z2 / n)
    return max(0, int(low * 10_000))


def _seconds(start: datetime | None, end: datetime | None) -> int:
    assert start is not None
    assert end is not None
    return max(0, int((end - start).total_seconds()))
