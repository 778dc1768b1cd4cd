"""Staff pages for cases: read on record, assigned on record, with the desks' workload. Rulings need a wallet."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from exchange.accounts.models import Account
from exchange.core import audit, clock
from exchange.core.errors import DomainError
from exchange.disputes import actions, pace
from exchange.disputes.models import Dispute, PanelSeat, Ruling, Statement


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

    list_display = ("trade", "reason", "opened_at", "rule_by", "left", "arbiter", "closed_at", "assign_link")
    ordering = ("closed_at", "rule_by")
    change_list_template = "admin/disputes/queue.html"
    list_filter = ("reason", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("trade", "arbiter")
    search_fields = ("trade__code", "arbiter__address")
    inlines = (StatementInline, RulingInline)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that assigns."""
        view = self.admin_site.admin_view(self.assign)
        return [path("<int:case_id>/assign/", view, name="disputes_dispute_assign"), *super().get_urls()]

    @admin.display(description="time left")
    def left(self, case: Dispute) -> str:
        """Say how long there is to rule."""
        if case.closed_at is not None or case.rule_by is None:
            return "-"
        seconds = int((case.rule_by - clock.now()).total_seconds())
        return f"{seconds // 3600} h {seconds % 3600 // 60} min" if seconds > 0 else "over"

    @admin.display(description="assign")
    def assign_link(self, case: Dispute) -> str:
        """Lead to the page that assigns, while there is no arbiter."""
        if case.arbiter_id is not None or case.closed_at is not None:
            return "-"
        return format_html('<a href="{}">Assign</a>', reverse("admin:disputes_dispute_assign", args=[case.pk]))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the cases under how fast they go and who has how many."""
        now = clock.now()
        figures = {"pace": pace.pace(now=now), "workloads": pace.workloads(now=now)}
        return super().changelist_view(request, {**figures, **(extra_context or {})})

    def assign(self, request: HttpRequest, case_id: int) -> HttpResponse:
        """Give a case to an arbiter; whoever has an interest in it is refused with the reason."""
        if not request.user.has_perm("disputes.change_dispute"):
            raise PermissionDenied
        case = get_object_or_404(Dispute.objects.select_related("trade"), pk=case_id)
        if request.method == "POST":
            arbiter = get_object_or_404(Account, pk=request.POST.get("arbiter") or 0, is_arbiter=True)
            try:
                actions.assign(case.trade.code, to=arbiter, by=request.user.get_username(), now=clock.now())
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"{case.trade.code} is with {arbiter.label} now.")
                return redirect("admin:disputes_dispute_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Assign the case of trade {case.trade.code}",
            "opts": self.opts,
            "arbiters": Account.objects.filter(is_arbiter=True, is_active=True).order_by("name", "address"),
        }
        return render(request, "admin/disputes/assign.html", context)

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


@admin.register(PanelSeat)
class PanelSeatAdmin(admin.ModelAdmin[PanelSeat]):
    """Who sits on a panel: a contract wallet that Terms name as arbiter. The contract itself says whose word counts."""

    list_display = ("panel", "member", "since")
    list_select_related = ("member",)
    readonly_fields = ("since",)

    def save_model(self, request: HttpRequest, obj: PanelSeat, form: Any, change: bool) -> None:
        """Keep the moment, and the appointment on record."""
        if not change:
            obj.since = clock.now()
        super().save_model(request, obj, form, change)
        audit.record(
            "panel.seated", by=request.user.get_username(), subject=obj.panel, data={"member": obj.member.address}
        )

    def delete_model(self, request: HttpRequest, obj: PanelSeat) -> None:
        """Keep the dismissal on record."""
        audit.record(
            "panel.left", by=request.user.get_username(), subject=obj.panel, data={"member": obj.member.address}
        )
        super().delete_model(request, obj)


def _record_seat(act: str, request: HttpRequest, seat: PanelSeat) -> None:
    audit.record(act, by=request.user.get_username(), subject=seat.panel, data={"member": seat.member.address})
