"""Staff pages for prices, for reading only: how the sources do, what they said last, which leaps are waited for."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from exchange.core import clock
from exchange.prices import health
from exchange.prices.models import Leap, Reading, ReferenceRate, SourceHealth


class _ReadOnly(admin.ModelAdmin[models.Model]):
    """Prices come from sources; a person who could write one could take every offer at it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a price."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes a price."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody takes a price away."""
        return False


@admin.register(SourceHealth)
class SourceHealthAdmin(_ReadOnly):
    """Which source is asked, which is left alone, and why."""

    list_display = ("name", "circuit", "failures", "succeeded_at", "failed_at", "due_at", "last_failure")

    @admin.display(description="circuit")
    def circuit(self, row: SourceHealth) -> str:
        """Return closed, open or half-open."""
        return health.report(row, now=clock.now()).state


@admin.register(Reading)
class ReadingAdmin(_ReadOnly):
    """The latest price of each source."""

    list_display = ("asset", "currency", "source", "price", "observed_at", "via", "rate_source", "held")
    list_filter = ("asset", "source", "held", "currency")
    ordering = ("asset", "currency", "source")


@admin.register(ReferenceRate)
class ReferenceRateAdmin(_ReadOnly):
    """Rates between currencies."""

    list_display = ("source", "base", "currency", "rate", "published_at")
    list_filter = ("source",)


@admin.register(Leap)
class LeapAdmin(_ReadOnly):
    """Prices that leapt and are not believed yet."""

    list_display = ("asset", "currency", "price", "since")
