"""What finished trades say about a trader; every figure can be rebuilt from the trades."""

from django.conf import settings
from django.db import models

from exchange.trades.models import Trade


class Standing(models.Model):
    """Counts of one trader over all finished trades. Medians are seconds."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    # Trades that paid out to the buyer or were split.
    finished = models.PositiveIntegerField(default=0)
    # Trades the trader let die after agreeing: missed locks and missed payments.
    abandoned = models.PositiveIntegerField(default=0)
    disputes = models.PositiveIntegerField(default=0)
    disputes_lost = models.PositiveIntegerField(default=0)
    partners = models.PositiveIntegerField(default=0)
    median_release = models.PositiveIntegerField(null=True)
    median_payment = models.PositiveIntegerField(null=True)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account}: {self.finished} finished"


class Feedback(models.Model):
    """One side's word about the other after a trade; stands as it was said."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="feedback")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="feedback_given")
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="feedback_received")
    is_good = models.BooleanField()
    text = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    reply = models.CharField(max_length=500, blank=True)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trade", "author"], name="feedback_once")]
        indexes = [models.Index(fields=["subject", "-id"], name="feedback_about")]

    def __str__(self) -> str:
        return f"{self.author_id} on {self.subject_id}"
