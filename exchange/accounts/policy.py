"""Who may act at all: barred and suspended accounts, token scopes, arbiters, people who block each other.

Barred: nothing, not even signing in. Suspended: everything except what begins a trade (offers and takes); running
trades go on, and messages, payment, release, dispute and every other act in them. Every refusal says why.
"""

from collections.abc import Collection
from datetime import datetime

from exchange.accounts.models import Account, Regard, Restriction
from exchange.accounts.restrictions import hiding_of, suspension_of
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden


def require_active(account: Account) -> None:
    """Raise `Forbidden` (code `barred`) for an account that staff have barred."""
    if not account.is_active:
        raise Forbidden("This account is barred. Coins in escrow stay under the contract's rules.", code="barred")


def require_may_trade(account: Account, *, now: datetime) -> None:
    """Raise `Forbidden` for an account that is barred, or suspended: it may not begin a trade."""
    require_active(account)
    found = suspension_of(account, now=now)
    if found is not None:
        raise Forbidden(
            f"Your account is suspended{_until_words(found.ends_at)}: no new offers and trades. Running trades go on. "
            f"{found.reason}",
            code="suspended",
            extra=_facts(found),
        )


def require_shown(offer_code: str, *, now: datetime) -> None:
    """Raise `Forbidden` (code `offer_hidden`) for an offer that staff have taken out of the book for a while."""
    found = hiding_of(offer_code, now=now)
    if found is not None:
        raise Forbidden(
            f"This offer is hidden by the staff of this site{_until_words(found.ends_at)}. {found.reason}",
            code="offer_hidden",
            extra=_facts(found),
        )


def require_on_terms(*, maker: Account, taker: Account, now: datetime) -> None:
    """Raise `Forbidden` when one of the two has blocked the other, `Conflict` when the maker may not trade now.

    Whom a person blocks is nobody else's business; why staff suspended the maker neither.
    """
    if suspension_of(maker, now=now) is not None:
        raise Conflict("This offer is paused.", code="offer_paused")
    blocks = Regard.objects.filter(kind=Regard.Kind.BLOCK, holder__in=[maker, taker], other__in=[maker, taker])
    holders = set(blocks.values_list("holder_id", flat=True))
    if taker.pk in holders:
        raise you_blocked()
    if maker.pk in holders:
        raise Forbidden("The maker of this offer does not trade with you. Choose another offer.", code="not_with_you")


def you_blocked() -> Forbidden:
    """Return the refusal of an offer whose maker one has blocked."""
    return Forbidden("You have blocked this trader. Unblock them on their page first.", code="you_blocked")


def require_scope(scopes: Collection[str], needed: str) -> None:
    """Raise `Forbidden` (code `scope_missing`) when a token does not carry the scope `needed`."""
    if needed not in scopes:
        raise Forbidden(
            f"This token lacks the scope {needed}. Make one that has it.",
            code="scope_missing",
            extra={"scope": needed},
        )


def require_arbiter(account: Account) -> None:
    """Raise `Forbidden` (code `not_arbiter`) for anyone who is no arbiter of this site."""
    if not account.is_arbiter:
        raise Forbidden("Only arbiters may do this.", code="not_arbiter")


def _until_words(end: datetime | None) -> str:
    return f" until {end:%d %B %Y, %H:%M} UTC" if end else ""


def _facts(found: Restriction) -> dict[str, str | None]:
    return {"until": clock.to_text(found.ends_at) if found.ends_at else None, "reason": found.reason}
