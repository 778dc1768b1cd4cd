"""Staff pages for offers. What a maker signed cannot be changed by anybody else; staff may take an offer down."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from exchange.core import audit, clock
from exchange.offers import actions
from exchange.offers.models import Offer, OfferState


@admin.register(Offer)
class OfferAdmin(admin.ModelAdmin[Offer]):
    """Offers, for reading and taking down."""

    list_display = ("code", "maker", "side", "asset", "currency", "price_type", "state", "version", "updated_at")
    list_filter = ("state", "side", "asset", "price_type")
    list_select_related = ("maker", "asset", "currency")
    search_fields = ("code", "maker__address", "maker__name")
    actions = ("take_down_selected",)

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> list[str]:
        """Return every field."""
        return [field.name for field in (*self.opts.fields, *self.opts.many_to_many)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only makers make offers."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Offer | None = None) -> bool:
        """Trades refer to offers."""
        return False

    @admin.action(description="Take selected offers down")
    def take_down_selected(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        """Close the selected offers; running trades go on."""
        for offer in queryset.exclude(state=OfferState.CLOSED):
            actions.take_down(offer, now=clock.now())
            audit.record("offer.taken_down", by=request.user.get_username(), subject=f"offer:{offer.code}")
