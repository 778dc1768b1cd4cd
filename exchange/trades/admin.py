"""Staff pages for trades: reading only, and every reading on record. Nothing here can move a coin or a state."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from exchange.core import audit
from exchange.trades.models import TimelineEntry, Trade


class TimelineInline(admin.TabularInline[TimelineEntry, Trade]):
    """What happened, row by row."""

    model = TimelineEntry
    fields = ("n", "kind", "actor", "data", "tx_hash", "block_number", "at")
    readonly_fields = fields
    ordering = ("n",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Trade | None = None) -> bool:
        """Rows are appended with the change they tell of."""
        return False


@admin.register(Trade)
class TradeAdmin(admin.ModelAdmin[Trade]):
    """Trades, for reading."""

    list_display = ("code", "state", "is_frozen", "seller", "buyer", "asset", "currency", "version", "updated_at")
    list_filter = ("state", "is_frozen", "asset", "method")
    list_select_related = ("seller", "buyer", "asset", "currency")
    search_fields = ("code", "trade_id", "seller__address", "buyer__address")
    inlines = (TimelineInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Trade | None = None) -> list[str]:
        """Return every field: the chain and the two traders decide what is in them."""
        return [field.name for field in self.opts.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Trades come from takes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Trade | None = None) -> bool:
        """Nobody edits a trade."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Trade | None = None) -> bool:
        """Trades are evidence."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a trade and record who has read it."""
        trade = self.get_object(request, object_id)
        if trade is not None and self.has_view_permission(request, trade):
            audit.record("trade.read", by=request.user.get_username(), subject=trade.code)
        return super().change_view(request, object_id, form_url, extra_context)
