"""Addresses of traders' programs, and each call owed or made to one."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class EndpointState(models.TextChoices):
    """`disabled` is ours: after failing for days, or because the receiver said 410; its owner can switch it on."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    DISABLED = "disabled", "Disabled"


class DeliveryState(models.TextChoices):
    """Where one delivery stands."""

    DUE = "due", "On its way"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"


class Endpoint(models.Model):
    """One address that wants to hear of some events of its owner's trades.

    `secret` is sealed (`secrets.py`); during a change of secrets the one before signs as well until `old_until`.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=64))
    state = models.CharField(max_length=8, choices=EndpointState, default=EndpointState.ACTIVE)
    reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    secret = models.BinaryField()
    old_secret = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    # Since when nothing has been delivered, null while all is well.
    failing_since = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="webhook_of_account")]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One message to one address: `body` is exactly what is signed and sent, every time it is tried.

    `claimed_until` keeps two workers from sending it at once; it is in the past after a worker died.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40, unique=True)
    # What makes a repeated event a no-op; a replay has a key of its own.
    key = models.CharField(max_length=128)
    event = models.CharField(max_length=64)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.DUE)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    last_attempt_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    # Why it failed, in words, and the beginning of what the receiver answered; both for its owner only.
    last_error = models.CharField(max_length=200, blank=True)
    last_answer = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "key"], name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="due"), name="webhook_due"),
            models.Index(fields=["endpoint", "-id"], name="webhook_of_endpoint"),
            models.Index(fields=["created_at"], name="webhook_age"),
        ]

    def __str__(self) -> str:
        return self.message_id
