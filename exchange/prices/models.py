"""Market prices: the latest reading of each source, the medians kept for charts, and how the sources are doing."""

from django.db import models


class Reading(models.Model):
    """The latest price of one coin in one currency from one source, quoted by it or crossed by a reference rate."""

    source = models.CharField(max_length=32)
    asset = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=28, decimal_places=10)
    observed_at = models.DateTimeField()
    # Of a cross: the price was quoted in `via`, and one unit of that was `rate` of the currency, by whom and when.
    via = models.CharField(max_length=3, blank=True)
    rate = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    rate_source = models.CharField(max_length=32, blank=True)
    rate_at = models.DateTimeField(null=True)
    # The pair's price leapt and is not believed yet: see `jumps.py`.
    held = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "currency", "source"], name="reading_latest_of_source"),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="reading_positive"),
            models.CheckConstraint(
                condition=models.Q(via="", rate__isnull=True, rate_source="", rate_at__isnull=True)
                | models.Q(rate__gt=0, rate_at__isnull=False) & ~models.Q(via="") & ~models.Q(rate_source=""),
                name="reading_cross_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.asset}/{self.currency}"


class MedianPrice(models.Model):
    """The median of a pair at one moment, for charts: every ten seconds, later every minute, later every hour."""

    asset = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=28, decimal_places=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "currency", "at"], name="median_once_a_moment")]

    def __str__(self) -> str:
        return f"{self.asset}/{self.currency} at {self.at:%Y-%m-%d %H:%M}"


class ReferenceRate(models.Model):
    """One unit of `base` in `currency` by a rate source, as it last published it."""

    source = models.CharField(max_length=32)
    base = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=30, decimal_places=12)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "currency"], name="rate_latest_of_source"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.base}/{self.currency}"


class Leap(models.Model):
    """A price that leapt and is waited for: the level, and since when it stands."""

    asset = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=28, decimal_places=10)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "currency"], name="leap_once_a_pair")]

    def __str__(self) -> str:
        return f"{self.asset}/{self.currency} to {self.price}"


class SourceHealth(models.Model):
    """How reading one source goes, and when it is due again: see `circuit.py`."""

    name = models.CharField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "source health"

    def __str__(self) -> str:
        return self.name
