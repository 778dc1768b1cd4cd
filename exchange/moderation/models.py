"""What traders report to staff about each other."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Report(models.Model):
    """One trader's word to staff about another. The person reported is not told; `outcome` is for who reported."""

    class Reason(models.TextChoices):
        """What is wrong."""

        OFF_SITE = "off-site", "Wants to trade outside this site"
        THIRD_PARTY = "third-party", "Pays from somebody else's account"
        IMPERSONATION = "impersonation", "Pretends to be somebody else"
        ABUSE = "abuse", "Threats or abuse"
        OTHER = "other", "Something else"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports_about")
    reason = models.CharField(max_length=16, choices=Reason)
    text = models.TextField(max_length=2000)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=42, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by", "about"], condition=Q(closed_at__isnull=True), name="report_open_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(closed_at__isnull=True), name="report_open")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.about}"
