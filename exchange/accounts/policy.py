"""Who may act at all: suspended accounts, token scopes, arbiters. Every refusal says why."""

from collections.abc import Collection

from exchange.accounts.models import Account
from exchange.core.errors import Forbidden


def require_active(account: Account) -> None:
    """Raise `Forbidden` (code `suspended`) for an account that staff have suspended."""
    if not account.is_active:
        raise Forbidden("This account is suspended. Coins in escrow stay under the contract's rules.", code="suspended")


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
