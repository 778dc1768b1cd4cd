"""What a person should look at, kept until read."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    """What a notification is about; `your-turn`, `dispute` and `security` can never be switched off."""

    YOUR_TURN = "your-turn", "Your turn"
    TRADE = "trade", "Trade"
    DISPUTE = "dispute", "Dispute"
    OFFER = "offer", "Offer"
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
