"""Staff pages for cases: reading only, and every reading on record. Rulings need an arbiter's wallet, not this page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from exchange.core import audit
from exchange.disputes.models import Dispute, Ruling, Statement


class StatementInline(admin.StackedInline[Statement, Dispute]):
    """What each side says."""

    model = Statement
    fields = ("account", "reason", "wish_bps", "text", "at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Dispute | None = None) -> bool:
        """Only the parties make statements."""
        return False


class RulingInline(admin.StackedInline[Ruling, Dispute]):
    """What the arbiter decided and why."""

    model = Ruling
    fields = ("arbiter", "buyer_bps", "reason_code", "findings", "signature", "valid_until", "at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Dispute | None = None) -> bool:
        """Only the arbiter of a case rules."""
        return False


@admin.register(Dispute)
class DisputeAdmin(admin.ModelAdmin[Dispute]):
    """Cases, for reading."""

    list_display = ("trade", "reason", "opened_at", "rule_by", "arbiter", "closed_at")
    list_filter = ("reason", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("trade", "arbiter")
    search_fields = ("trade__code", "arbiter__address")
    inlines = (StatementInline, RulingInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Dispute | None = None) -> list[str]:
        """Return every field."""
        return [field.name for field in self.opts.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cases are opened by traders or by the chain."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Dispute | None = None) -> bool:
        """Nobody edits a case."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Dispute | None = None) -> bool:
        """Cases are evidence."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a case and record who has read it."""
        case = self.get_object(request, object_id)
        if case is not None and self.has_view_permission(request, case):
            audit.record("case.read", by=request.user.get_username(), subject=case.trade.code)
        return super().change_view(request, object_id, form_url, extra_context)
