"""Market prices: the latest reading of each source, and the medians kept for charts."""

from django.db import models


class Reading(models.Model):
    """The latest price of one coin in one currency from one source."""

    source = models.CharField(max_length=32)
    asset = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=28, decimal_places=10)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "currency", "source"], name="reading_latest_of_source"),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="reading_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.asset}/{self.currency}"


class MedianPrice(models.Model):
    """The median of a pair at one moment, at most one a minute, for charts."""

    asset = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=28, decimal_places=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "currency", "at"], name="median_once_a_moment")]

    def __str__(self) -> str:
        return f"{self.asset}/{self.currency} at {self.at:%Y-%m-%d %H:%M}"
