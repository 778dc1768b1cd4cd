"""What a person should look at, kept until read."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    """What a notification is about; `your-turn`, `dispute` and `security` can never be switched off."""

    YOUR_TURN = "your-turn", "Your turn"
    TRADE = "trade", "Trade"
    DISPUTE = "dispute", "Dispute"
    OFFER = "offer", "Offer"
    MESSAGE = "message", "Message"
    REMINDER = "reminder", "Reminder"
    SECURITY = "security", "Security"


class Notification(models.Model):
    """One line for one person; `key` makes a repeated event a no-op."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=96)
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    trade_code = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="notification_feed"),
            models.Index(fields=["account"], condition=Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.text


class Channel(models.TextChoices):
    """A way to a person beside the site itself."""

    EMAIL = "email", "E-mail"
    PUSH = "push", "Browser push"


class Preferences(models.Model):
    """What one person wants to hear of, where and when. Without a row the defaults of `preferences.py` count."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notification_preferences"
    )
    # {"site": [kinds switched off], "email": [...], "push": [...]}
    off: Any = models.JSONField(default=dict)
    email = models.EmailField(blank=True)
    email_confirmed_at = models.DateTimeField(null=True)
    # Amounts and names may leave the site.
    with_details = models.BooleanField(default=False)
    # Minutes after midnight in `time_zone`; equal means no quiet hours.
    quiet_from = models.PositiveSmallIntegerField(default=0)
    quiet_to = models.PositiveSmallIntegerField(default=0)
    time_zone = models.CharField(max_length=64, default="UTC")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quiet_from__lt=1440, quiet_to__lt=1440), name="quiet_hours_in_a_day")
        ]

    def __str__(self) -> str:
        return f"preferences of {self.account_id}"


class PushSubscription(models.Model):
    """One browser that may be woken; `endpoint` belongs to the browser's maker and is all we know of it."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1024)
    label = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "endpoint"], name="push_endpoint_once")]

    def __str__(self) -> str:
        return f"push of {self.account_id}"


class Delivery(models.Model):
    """What became of one notification on one channel: the row that keeps a repeated attempt from sending twice."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notification = models.ForeignKey(Notification, null=True, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    # `sent`, `read_before` (seen on the site first), `nowhere` (no address or browser), `test`
    outcome = models.CharField(max_length=12)
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel"],
                condition=Q(notification__isnull=False),
                name="delivered_once",
            )
        ]
        indexes = [models.Index(fields=["account", "channel", "-id"], name="delivery_latest")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.outcome}"
