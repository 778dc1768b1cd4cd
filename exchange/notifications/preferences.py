"""Who hears of what, where and when: a matrix of channels and kinds, quiet hours, an address that was confirmed.

Your turn, disputes and security can never be switched off on the site. Outside it, nothing is sent before a person has
given an address or allowed a browser, so the defaults there are what one would expect to be told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Invalid, NotFound
from exchange.core.outbox import emit
from exchange.notifications.models import Channel, Kind, Preferences

CHANNELS = ("site", str(Channel.EMAIL), str(Channel.PUSH))
ALWAYS_ON_SITE = frozenset({Kind.YOUR_TURN, Kind.DISPUTE, Kind.SECURITY})
# What wakes people even in their quiet hours.
NEVER_QUIET = frozenset({Kind.SECURITY})
OFF_AT_FIRST: Mapping[str, frozenset[str]] = {
    "site": frozenset(),
    str(Channel.EMAIL): frozenset({Kind.TRADE, Kind.OFFER}),
    str(Channel.PUSH): frozenset({Kind.OFFER}),
}
DAY = 24 * 60
CONFIRM_SALT, STOP_SALT = "parley.email", "parley.email.stop"
CONFIRM_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What counts for one account."""

    off: Mapping[str, frozenset[str]]
    email: str
    is_email_confirmed: bool
    with_details: bool
    quiet_from: int
    quiet_to: int
    time_zone: str

    def wants(self, channel: str, kind: str) -> bool:
        """Return whether this kind is to be told on this channel."""
        if channel == "site" and kind in ALWAYS_ON_SITE:
            return True
        return kind not in self.off[channel]

    def quiet_until(self, kind: str, *, now: datetime) -> datetime | None:
        """Return when the running quiet hours end, None outside them or for what is never held back."""
        if kind in NEVER_QUIET or self.quiet_from == self.quiet_to:
            return None
        here = now.astimezone(ZoneInfo(self.time_zone))
        minute = here.hour * 60 + here.minute
        length = (self.quiet_to - self.quiet_from) % DAY
        into = (minute - self.quiet_from) % DAY
        if into >= length:
            return None
        return (now + timedelta(minutes=length - into)).replace(second=0, microsecond=0)


def wishes_of(account: Account) -> Wishes:
    """Return an account's wishes, the defaults where it has said nothing."""
    row = Preferences.objects.filter(account=account).first()
    said = row.off if row else {}
    return Wishes(
        off={channel: frozenset(said.get(channel, OFF_AT_FIRST[channel])) for channel in CHANNELS},
        email=row.email if row else "",
        is_email_confirmed=bool(row and row.email and row.email_confirmed_at),
        with_details=bool(row and row.with_details),
        quiet_from=row.quiet_from if row else 0,
        quiet_to=row.quiet_to if row else 0,
        time_zone=row.time_zone if row else "UTC",
    )


def save(
    account: Account,
    *,
    on: Mapping[str, Collection[str]],
    with_details: bool,
    quiet_from: int,
    quiet_to: int,
    time_zone: str,
) -> Preferences:
    """Store what is wanted: `on` maps channels to kinds. Raises `Invalid`."""
    wrong: dict[str, str] = {}
    kinds = frozenset(Kind.values)
    off = {channel: sorted(kinds - set(on.get(channel, ()))) for channel in CHANNELS}
    if forbidden := ALWAYS_ON_SITE & set(off["site"]):
        names = ", ".join(sorted(Kind(kind).label for kind in forbidden))
        wrong["/site"] = f"These cannot be switched off on the site: {names}."
    if unknown := {kind for chosen in on.values() for kind in chosen} - kinds:
        wrong["/on"] = f"There is no such kind: {', '.join(sorted(unknown))}."
    if not (0 <= quiet_from < DAY and 0 <= quiet_to < DAY):
        wrong["/quiet_from"] = "Quiet hours begin and end between 00:00 and 23:59."
    if time_zone not in available_timezones():
        wrong["/time_zone"] = "There is no such time zone. Use a name such as Europe/Berlin."
    if wrong:
        raise Invalid(fields=wrong)
    row, _ = Preferences.objects.update_or_create(
        account=account,
        defaults={
            "off": off,
            "with_details": with_details,
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
            "time_zone": time_zone,
            "updated_at": clock.now(),
        },
    )
    return row


def set_email(account: Account, email: str, *, now: datetime) -> None:
    """Change the address; nothing is sent there but one mail to confirm it. Empty takes it away. Raises `Invalid`."""
    tidy = email.strip()
    if tidy:
        try:
            validate_email(tidy)
        except ValidationError as error:
            raise Invalid(fields={"/email": "This is not an e-mail address."}) from error
    with transaction.atomic():
        row, _ = Preferences.objects.select_for_update().get_or_create(account=account, defaults={"updated_at": now})
        if tidy == row.email and (row.email_confirmed_at or not tidy):
            return
        row.email, row.email_confirmed_at, row.updated_at = tidy, None, now
        row.save(update_fields=["email", "email_confirmed_at", "updated_at"])
        emit("email.changed", {"account": account.pk, "email": tidy, "at": clock.to_text(now)})


def confirmation_token(account: Account, email: str) -> str:
    """Return what stands in the link of the confirmation mail."""
    return signing.dumps([account.pk, email], salt=CONFIRM_SALT)


def confirm_email(token: str, *, now: datetime) -> str:
    """Confirm an address by the link sent to it and return it. Raises `NotFound` for a link that no longer counts."""
    try:
        account_id, email = signing.loads(token, salt=CONFIRM_SALT, max_age=CONFIRM_WITHIN)
    except signing.BadSignature as error:
        raise NotFound("This link is too old or was cut short. Ask for a new one in your settings.") from error
    rows = Preferences.objects.filter(account_id=account_id, email=email)
    if not rows.update(email_confirmed_at=now):
        raise NotFound("This address was changed or taken away since. Nothing was confirmed.")
    return str(email)


def stop_token(account: Account) -> str:
    """Return what stands in the link that ends all mail."""
    return signing.dumps(account.pk, salt=STOP_SALT)


def stop_email(token: str, *, now: datetime) -> None:
    """End all mail to an account, as its one-click link asks. Raises `NotFound`."""
    try:
        account_id = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature as error:
        raise NotFound("This link was cut short. You can stop mail in your settings.") from error
    Preferences.objects.filter(account_id=account_id).update(email="", email_confirmed_at=None, updated_at=now)
