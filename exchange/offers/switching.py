"""Pausing and resuming several offers at once; each is its own act, so one refusal holds up none of the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from exchange.accounts.models import Account
from exchange.core.errors import DomainError, Forbidden
from exchange.offers import actions
from exchange.offers.models import OfferState
from exchange.offers.queries import offer_by_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What became of one offer: its state and version now, or the code and words of the refusal."""

    code: str
    state: str | None = None
    version: int | None = None
    refused: str | None = None
    words: str = ""


def switch_all(codes: Iterable[str], *, state: str, by: Account, now: datetime) -> list[Switched]:
    """Pause (`paused`) or resume (`active`) each of one's own offers, in the order asked, each once."""
    change = actions.pause if state == OfferState.PAUSED else actions.resume
    done: list[Switched] = []
    for code in dict.fromkeys(codes):
        try:
            offer = offer_by_code(code, viewer=by)
            if offer.maker_id != by.pk:
                raise Forbidden("Only its maker may change an offer.", code="not_yours")
            fresh = change(offer, by=by, version=offer.version, now=now)
        except DomainError as error:
            done.append(Switched(code=code, refused=error.code, words=error.message))
        else:
            done.append(Switched(code=fresh.code, state=fresh.state, version=fresh.version))
    return done
