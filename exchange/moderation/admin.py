"""Staff pages of moderation: decide with a reason and an end, read, lift. A decision is never edited or deleted."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from exchange.accounts import queries as accounts
from exchange.accounts.models import Account, Restriction
from exchange.core import clock
from exchange.core.errors import DomainError, Forbidden
from exchange.moderation import actions, reports
from exchange.moderation.models import Report


class RestrictionForm(forms.ModelForm[Restriction]):
    """What staff fill in; carried out by the actions, so that it takes effect and is audited."""

    reason = forms.CharField(
        max_length=actions.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The person concerned reads this, word for word.",
    )
    subject = forms.CharField(help_text="The account's address, the offer's code, or the method's slug.")

    class Meta:
        model = Restriction
        fields = ("kind", "subject", "reason", "ends_at")

    by: Account

    def clean(self) -> dict[str, Any]:
        """Carry the decision out here, where a refusal still has a field to stand beside."""
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        try:
            self.made = self._decide(found)
        except DomainError as refusal:
            self.add_error(None, [refusal.message, *refusal.fields.values()])
        return found

    def _post_clean(self) -> None:
        """Validate nothing twice: the actions have."""

    def _decide(self, asked: dict[str, Any]) -> Restriction:
        now = clock.now()
        how: dict[str, Any] = {"by": self.by.address, "reason": asked["reason"], "until": asked["ends_at"], "now": now}
        if asked["kind"] == Restriction.Kind.ACCOUNT:
            account = accounts.account_named(asked["subject"])
            if account == self.by:
                raise Forbidden("This is your own account.")
            return actions.suspend(account, **how)
        if asked["kind"] == Restriction.Kind.OFFER:
            return actions.hide_offer(asked["subject"], **how)
        return actions.block_method(asked["subject"], **how)


@admin.register(Restriction)
class RestrictionAdmin(admin.ModelAdmin[Restriction]):
    """Decisions, running and past."""

    form = RestrictionForm
    list_display = ("kind", "subject", "account", "reason", "by", "starts_at", "ends_at", "lifted_at", "lifted_by")
    list_filter = ("kind", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    search_fields = ("subject", "account__name", "reason")
    actions = ("lift_selected",)

    def get_readonly_fields(self, request: HttpRequest, obj: Restriction | None = None) -> list[str]:
        """Return every field of a decision that has been made."""
        return [] if obj is None else [field.name for field in self.opts.fields]

    def get_fields(self, request: HttpRequest, obj: Restriction | None = None) -> Any:
        """Return what is filled in, or everything that is known."""
        return list(RestrictionForm.Meta.fields) if obj is None else [field.name for field in self.opts.fields]

    def has_change_permission(self, request: HttpRequest, obj: Restriction | None = None) -> bool:
        """Decisions are read, and lifted by a button of the list."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Restriction | None = None) -> bool:
        """Decisions are lifted, which is kept."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Restriction | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who decides."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = cast(Account, request.user)
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Restriction:
        """Return the decision that the form has carried out."""
        decided: Restriction = form.made
        return decided

    def save_model(self, request: HttpRequest, obj: Restriction, form: Any, change: bool) -> None:
        """Store nothing: the actions have."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store nothing: there is nothing beside a decision."""

    @admin.action(description="Lift selected decisions now")
    def lift_selected(self, request: HttpRequest, queryset: QuerySet[Restriction]) -> None:
        """End the selected decisions and give back what they took."""
        by = cast(Account, request.user).address
        for restriction in queryset.filter(lifted_at__isnull=True):
            actions.lift(restriction, by=by, reason="by staff, in the admin pages", now=clock.now())
        messages.success(request, "Lifted. The people concerned are told.")


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin[Report]):
    """What traders report; staff answer by writing the outcome, which the one who reported reads."""

    list_display = ("at", "reason", "about", "by", "closed_at", "closed_by")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "reason")
    list_select_related = ("about", "by")
    search_fields = ("about__address", "about__name", "text")
    fields = ("at", "by", "about", "reason", "text", "outcome", "closed_at", "closed_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Report | None = None) -> list[str]:
        """Return everything but the outcome of a report that is open."""
        is_open = obj is not None and obj.closed_at is None
        return [field.name for field in self.opts.fields if not (is_open and field.name == "outcome")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Reports come from traders."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        """Reports are answered, which is kept."""
        return False

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        """Answer the report; an empty outcome leaves it open."""
        if obj.outcome.strip():
            by = cast(Account, request.user).address
            reports.close(obj, by=by, outcome=obj.outcome, now=clock.now())
