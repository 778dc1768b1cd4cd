"""Disputes: what each side says, who rules, and the ruling."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from exchange.trades.models import Trade


class Reason(models.TextChoices):
    """Why a trade is disputed, in the trader's words."""

    NOT_RECEIVED = "not-received", "The money has not arrived"
    NOT_RELEASED = "not-released", "I paid and the coins are not released"
    WRONG_AMOUNT = "wrong-amount", "The amount is wrong"
    OTHER_NAME = "other-name", "It came from another name"
    NO_ANSWER = "no-answer", "The other side does not answer"
    ASKED_OFF_SITE = "asked-off-site", "I was asked to leave the site"
    REVERSED = "reversed", "The payment was reversed"
    OTHER = "other", "Something else"


class RulingReason(models.IntegerChoices):
    """The reason code that the arbiter's ruling carries on chain."""

    PAID_IN_FULL = 1, "The buyer paid in full"
    NOT_PAID = 2, "The buyer did not pay"
    PAID_IN_PART = 3, "The buyer paid in part"
    THIRD_PARTY = 4, "The payment came from a third party"
    REVERSED = 5, "The payment was reversed"
    NO_PROOF = 6, "Neither side proved its case"
    ABUSE = 7, "One side broke the rules"


class Dispute(models.Model):
    """One case. It exists from the first statement or from the on-chain dispute, whichever we learn of first."""

    trade = models.OneToOneField(Trade, on_delete=models.PROTECT, related_name="case")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    opened_at = models.DateTimeField()
    # From the chain; null until the on-chain dispute is final.
    rule_by = models.DateTimeField(null=True)
    arbiter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    claimed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["rule_by"], condition=Q(closed_at__isnull=True), name="dispute_queue")]

    def __str__(self) -> str:
        return f"dispute of {self.trade}"


class Statement(models.Model):
    """What one party says happened and wants; append-only."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="statements")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason)
    # The buyer's share this party asks for, basis points.
    wish_bps = models.PositiveIntegerField()
    text = models.TextField(max_length=5000)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(wish_bps__lte=10_000), name="statement_wish")]

    def __str__(self) -> str:
        return f"{self.account} on {self.dispute}"


class Ruling(models.Model):
    """What the arbiter decided and signed; the chain carries it out."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="ruling")
    arbiter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rulings")
    buyer_bps = models.PositiveIntegerField()
    reason_code = models.PositiveSmallIntegerField(choices=RulingReason)
    findings = models.TextField(max_length=5000)
    signature = models.CharField(max_length=2048, blank=True)
    valid_until = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(buyer_bps__lte=10_000), name="ruling_share")]

    def __str__(self) -> str:
        return f"{self.buyer_bps} bps to the buyer of {self.dispute}"
