"""Everything that writes accounts, nonces and tokens; other packages call it here."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from exchange.accounts import names, policy
from exchange.accounts.endings import end_everything
from exchange.accounts.models import Account
from exchange.accounts.sessions import end_session, issue_nonce, sign_in, start_session
from exchange.accounts.tokens import account_of_token, issue_token, revoke_token
from exchange.core import audit
from exchange.core.errors import Invalid

__all__ = [
    "account_of_token",
    "appoint_arbiter",
    "bar",
    "dismiss_arbiter",
    "end_all_sessions",
    "end_session",
    "issue_nonce",
    "issue_token",
    "note_activity",
    "readmit",
    "rename",
    "revoke_token",
    "sign_in",
    "start_session",
]

ACTIVITY_NOTED_EVERY = timedelta(minutes=1)


def rename(account: Account, name: str) -> Account:
    """Give `account` a name; an empty one takes it away. Raises `Invalid` naming `/name`."""
    policy.require_active(account)
    chosen = names.read_name(name) if name.strip() else ""
    account.name = chosen
    try:
        with transaction.atomic():
            account.save(update_fields=["name", "name_key"])
    except IntegrityError as error:
        account.refresh_from_db(fields=["name", "name_key"])
        words = "Somebody has this name, or one that looks like it."
        raise Invalid(code="name_taken", fields={"/name": words}) from error
    return account


def note_activity(account: Account, *, now: datetime) -> None:
    """Write that `account` was here, unless that was written within the last minute."""
    if account.last_active_at is None or now - account.last_active_at >= ACTIVITY_NOTED_EVERY:
        Account.objects.filter(pk=account.pk).update(last_active_at=now)


def end_all_sessions(account: Account, *, now: datetime) -> None:
    """Sign `account` out everywhere: every browser, every token, every socket."""
    # Sessions carry a hash of this field; a new random value ends them all.
    account.set_unusable_password()
    account.save(update_fields=["password"])
    account.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    end_everything(account)


def bar(account: Account, *, by: Account, reason: str, now: datetime) -> None:
    """Keep `account` from signing in and acting, at once and everywhere. Coins in escrow are not touched.

    For attackers and lost wallets; who merely broke a rule is suspended (`exchange/moderation`).
    """
    with transaction.atomic():
        _set(account, is_active=False)
        end_all_sessions(account, now=now)
        audit.record("account.barred", by=by.address, subject=account.address, data={"reason": reason})


def readmit(account: Account, *, by: Account, reason: str) -> None:
    """Undo a bar."""
    with transaction.atomic():
        _set(account, is_active=True)
        audit.record("account.readmitted", by=by.address, subject=account.address, data={"reason": reason})


def appoint_arbiter(account: Account, *, by: str) -> None:
    """Let `account` see and rule the cases that name its address. `by` is an address or a process name."""
    with transaction.atomic():
        _set(account, is_arbiter=True)
        audit.record("arbiter.appointed", by=by, subject=account.address)


def dismiss_arbiter(account: Account, *, by: str) -> None:
    """Take the arbiter's office away."""
    with transaction.atomic():
        _set(account, is_arbiter=False)
        audit.record("arbiter.dismissed", by=by, subject=account.address)


def _set(account: Account, **values: bool) -> None:
    for field, value in values.items():
        setattr(account, field, value)
    account.save(update_fields=list(values))
