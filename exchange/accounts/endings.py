"""Telling open sockets that what let them in has ended: a logout, a revoked token, a suspension.

The hint goes to `user:<address>` as `{"t": "end", "session": …, "token": …}`; the socket process closes what matches
with 4401, both null meaning every socket of the account. A lost hint is caught by the socket's own check at heartbeat.
"""

import hashlib

from exchange.accounts.models import Account
from exchange.core.hints import hint


def end_session_sockets(account: Account, *, session_key: str) -> None:
    """Close the sockets that one browser session opened."""
    _end(account, session=session_mark(session_key))


def end_token(account: Account, *, token_id: int) -> None:
    """Close the sockets that one API token opened."""
    _end(account, token=token_id)


def end_everything(account: Account) -> None:
    """Close every socket of the account."""
    _end(account)


def session_mark(session_key: str) -> str:
    """Return what stands for a session in hints, so that no key travels through Redis."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


def _end(account: Account, *, session: str | None = None, token: int | None = None) -> None:
    hint(f"user:{account.address}", {"t": "end", "session": session, "token": token})
