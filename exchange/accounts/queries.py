"""Finding people."""

from collections.abc import Iterable

from exchange.accounts import names
from exchange.accounts.addresses import read_address
from exchange.accounts.models import Account, ApiToken
from exchange.core.errors import Invalid, NotFound


def account_of(address: str) -> Account:
    """Return the account with this address, in any valid spelling. Raises `NotFound`."""
    try:
        checked = read_address(address)
    except Invalid as error:
        raise NotFound() from error
    account = Account.objects.filter(address=checked).first()
    if account is None:
        raise NotFound()
    return account


def account_named(name_or_address: str) -> Account:
    """Return the account a profile link means: an address, or a name in any case. Raises `NotFound`."""
    if name_or_address.lower().startswith("0x"):
        return account_of(name_or_address)
    key = names.skeleton(name_or_address) if name_or_address.isprintable() else ""
    account = Account.objects.filter(name_key=key).first() if key else None
    if account is None or account.name.casefold() != name_or_address.casefold():  # a look-alike is not the person
        raise NotFound()
    return account


def accounts_by_id(ids: Iterable[int]) -> dict[int, Account]:
    """Return the accounts with these primary keys; unknown ones are left out."""
    return Account.objects.in_bulk(list(ids))


def tokens_of(account: Account) -> list[ApiToken]:
    """Return the tokens that are not revoked, newest first."""
    return list(account.tokens.filter(revoked_at__isnull=True).order_by("-id"))
