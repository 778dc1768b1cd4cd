"""Tables of the core: the outbox, the hash-chained audit log and request counters."""

from django.db import models


class OutboxMessage(models.Model):
    """One effect owed to one handler, written in the transaction that caused it and done at least once after commit."""

    event = models.CharField(max_length=64)
    handler = models.CharField(max_length=128)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(done_at__isnull=True), name="outbox_due"),
            models.Index(fields=["done_at"], name="outbox_done"),
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.handler}"


class AuditEntry(models.Model):
    """One act of staff, an arbiter or the system; each row carries the hash of the one before it."""

    actor = models.CharField(max_length=64)
    act = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["previous"], name="audit_no_fork")]
        indexes = [models.Index(fields=["subject", "id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.actor} {self.act} {self.subject}"
