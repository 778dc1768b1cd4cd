"""From a notification to the channels beside the site: handlers of the outbox, at least once, each sending once.

A row of `Delivery` is written in the same transaction as the outbox marks its own row done; a handler that finds one
does nothing. In quiet hours the same row is owed again for their end.
"""

from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any

from django.db import IntegrityError, transaction

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.outbox import emit
from exchange.notifications import actions, mail, push
from exchange.notifications.details import details_of
from exchange.notifications.models import Channel, Delivery, Kind, Notification, PushSubscription
from exchange.notifications.preferences import Wishes, wishes_of
from exchange.notifications.render import Line


def by_email(payload: Mapping[str, Any]) -> None:
    """Send a notification by e-mail, if its reader wants that and has not seen it yet."""
    found = _due(payload, channel=Channel.EMAIL)
    if found is None:
        return
    notification, wishes = found
    if not wishes.is_email_confirmed:
        _record(notification, Channel.EMAIL, "nowhere")
        return
    details = details_of(notification) if wishes.with_details else ""
    if _record(notification, Channel.EMAIL, "sent"):
        mail.send_notification(notification, to=wishes.email, details=details)


def by_push(payload: Mapping[str, Any]) -> None:
    """Wake the browsers of a notification's reader."""
    found = _due(payload, channel=Channel.PUSH)
    if found is None:
        return
    notification, _ = found
    browsers = list(PushSubscription.objects.filter(account=notification.account))
    if not browsers:
        _record(notification, Channel.PUSH, "nowhere")
        return
    if _record(notification, Channel.PUSH, "sent"):
        push.wake(browsers)


def on_email_changed(payload: Mapping[str, Any]) -> None:
    """Ask a new address for its confirmation, and tell the account on the site that it was changed."""
    account = Account.objects.get(pk=payload["account"])
    email = str(payload["email"])
    words = "The e-mail address for notifications was changed." if email else "E-mail notifications were switched off."
    line = Line(kind=str(Kind.SECURITY), text=words, path="/notifications/settings")
    if actions.write(account, line, key=f"email:{payload['at']}", trade_code="") and email:
        mail.send_confirmation(account, to=email)


def try_channel(account: Account, channel: str) -> str:
    """Try a channel now and return what came of it, in words."""
    try:
        outcome, words = _try(account, channel)
    except (OSError, SMTPException, push.PushFailed) as error:
        outcome, words = "failed", f"It failed: {type(error).__name__}. Try again in a moment."
    Delivery.objects.create(account=account, channel=channel, outcome=outcome, detail=words[:200], at=clock.now())
    return words


def latest(account: Account, channel: str) -> Delivery | None:
    """Return the newest thing that was sent or failed on a channel."""
    rows = Delivery.objects.filter(account=account, channel=channel, outcome__in=["sent", "test", "failed"])
    return rows.order_by("-id").first()


def _try(account: Account, channel: str) -> tuple[str, str]:
    if channel == Channel.EMAIL:
        wishes = wishes_of(account)
        if not wishes.is_email_confirmed:
            return "failed", "Confirm your address first: a link is in your mail."
        mail.send_test(to=wishes.email)
        return "test", "Sent. It should arrive within a minute."
    woken = push.wake(PushSubscription.objects.filter(account=account))
    return ("test", f"Woke {woken.sent} browser(s).") if woken.sent else ("failed", "No browser is switched on.")


def _due(payload: Mapping[str, Any], *, channel: Channel) -> tuple[Notification, Wishes] | None:
    """Return what is to be sent now; None when there is nothing to do, or not yet."""
    notification = Notification.objects.select_related("account").filter(pk=payload["id"]).first()
    if notification is None or Delivery.objects.filter(notification=notification, channel=channel).exists():
        return None
    wishes = wishes_of(notification.account)
    if not wishes.wants(str(channel), notification.kind):
        return None
    if notification.read_at is not None and wishes.wants("site", notification.kind):
        _record(notification, channel, "read_before")
        return None
    now = clock.now()
    until = wishes.quiet_until(notification.kind, now=now)
    if until is not None:
        emit(f"notification.{channel}", {"id": notification.pk}, due_at=until)
        return None
    return notification, wishes


def _record(notification: Notification, channel: Channel, outcome: str) -> bool:
    """Write what becomes of a notification; False if somebody else has just done so."""
    try:
        with transaction.atomic():
            Delivery.objects.create(
                account=notification.account,
                notification=notification,
                channel=channel,
                outcome=outcome,
                at=clock.now(),
            )
    except IntegrityError:
        return False
    return True
