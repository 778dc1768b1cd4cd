"""Standings of traders, always with the numbers behind a rate."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from exchange.reputation.formula import completion
from exchange.reputation.models import Standing

_FIELDS = (
    "account_id",
    "finished",
    "abandoned",
    "disputes",
    "disputes_lost",
    "partners",
    "median_release",
    "median_payment",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """One trader's figures; `completion` is a share from 0 to 1, None when there are too few trades for a rate.

    Medians are seconds.
    """

    account_id: int
    finished: int = 0
    abandoned: int = 0
    disputes: int = 0
    disputes_lost: int = 0
    partners: int = 0
    median_release: int | None = None
    median_payment: int | None = None

    @property
    def completion(self) -> Decimal | None:
        """The share of agreed trades that were seen through."""
        return completion(self.finished, self.abandoned)

    @property
    def sample(self) -> int:
        """How many trades the rate is over."""
        return self.finished + self.abandoned


def standings(account_ids: Iterable[int]) -> dict[int, StandingView]:
    """Return the standing of each account; a trader without ended trades has zeros."""
    ids = set(account_ids)
    rows = Standing.objects.filter(account_id__in=ids).values(*_FIELDS)
    found = {row["account_id"]: StandingView(**row) for row in rows}
    return {account_id: found.get(account_id, StandingView(account_id=account_id)) for account_id in ids}


def standing_of(account_id: int) -> StandingView:
    """Return the standing of one account."""
    return standings([account_id])[account_id]
