"""E-mail: the same words as on the site, a link, and nothing else unless its reader has allowed details.

Sent through Django mail (`EMAIL_URL`). The Message-ID follows from the notification, so that a mail sent twice after a
crash is one mail in the reader's box.
"""

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from exchange.accounts.models import Account
from exchange.notifications.models import Notification
from exchange.notifications.preferences import confirmation_token, stop_token

SUBJECTS = {
    "your-turn": "It is your turn",
    "trade": "News of your trade",
    "dispute": "News of your dispute",
    "offer": "News of your offer",
    "message": "A new message",
    "reminder": "A deadline is near",
    "security": "About your account",
}


def send_notification(notification: Notification, *, to: str, details: str = "") -> None:
    """Send a notification; `details` is one sentence with amounts and names, for those who allowed it."""
    stop = f"{settings.SITE_URL}/notifications/stop/{stop_token(notification.account)}"
    context = {
        "text": notification.text,
        "details": details,
        "link": f"{settings.SITE_URL}{notification.path}",
        "settings_link": f"{settings.SITE_URL}/notifications/settings",
        "stop_link": stop,
    }
    subject = SUBJECTS.get(notification.kind, "News")
    headers = {
        "Message-ID": f"<notification-{notification.pk}@{_host()}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    _send("notification", subject, context, to=to, headers=headers)


def send_confirmation(account: Account, *, to: str) -> None:
    """Send the link that confirms an address."""
    link = f"{settings.SITE_URL}/notifications/confirm/{confirmation_token(account, to)}"
    _send("confirm", "Confirm this address", {"link": link}, to=to, headers={"Auto-Submitted": "auto-generated"})


def send_test(*, to: str) -> None:
    """Send a mail that says nothing but that mail arrives."""
    context = {"settings_link": f"{settings.SITE_URL}/notifications/settings"}
    _send("test", "This is a test", context, to=to, headers={"Auto-Submitted": "auto-generated"})


def _send(name: str, subject: str, context: dict[str, str], *, to: str, headers: dict[str, str]) -> None:
    shown = {**context, "site_name": settings.SITE_NAME, "subject": subject}
    message = EmailMultiAlternatives(
        subject=f"{settings.SITE_NAME}: {subject}",
        body=render_to_string(f"email/{name}.txt", shown),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers=headers,
    )
    message.attach_alternative(render_to_string(f"email/{name}.html", shown), "text/html")
    message.send(fail_silently=False)


def _host() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
