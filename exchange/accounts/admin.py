"""Staff pages for people: bar and readmit, appoint arbiters, see and end tokens; digests are never shown.

Suspensions, which have an end and leave running trades alone, are decided in `exchange/moderation/admin.py`.
"""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from exchange.accounts import actions
from exchange.accounts.models import Account, ApiToken
from exchange.core import audit, clock


class TokenInline(admin.TabularInline[ApiToken, Account]):
    """The tokens of an account, for reading."""

    model = ApiToken
    fields = ("name", "scopes", "networks", "created_at", "expires_at", "last_used_at", "revoked_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        """Only the owner of an account makes tokens."""
        return False


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    """Offices and bars; the address and what follows from it are fixed."""

    list_display = ("address", "name", "is_active", "is_staff", "is_arbiter", "joined_at", "last_active_at")
    list_filter = ("is_active", "is_staff", "is_arbiter")
    search_fields = ("address", "name")
    fields = (
        "address",
        "name",
        "is_active",
        "is_arbiter",
        "is_staff",
        "is_superuser",
        "groups",
        "joined_at",
        "last_active_at",
    )
    readonly_fields = ("address", "name", "joined_at", "last_active_at")
    filter_horizontal = ("groups",)
    inlines = (TokenInline,)
    actions = ("bar_selected", "readmit_selected")

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        """Only superusers hand out staff rights."""
        fixed = self.readonly_fields
        return fixed if request.user.is_superuser else (*fixed, "is_staff", "is_superuser", "groups")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An account begins with a wallet's first signature."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        """Accounts are barred, never deleted: trades refer to them."""
        return False

    def save_model(self, request: HttpRequest, obj: Account, form: ModelForm[Account], change: bool) -> None:
        """Carry changes of office out through the actions, so that they are audited and take effect at once."""
        changed = set(form.changed_data)
        by = cast(Account, request.user)
        if "is_active" in changed:
            _bar_or_readmit(obj, active=obj.is_active, by=by)
        if "is_arbiter" in changed:
            (actions.appoint_arbiter if obj.is_arbiter else actions.dismiss_arbiter)(obj, by=by.address)
        rest = sorted(changed & {"is_staff", "is_superuser"})
        if rest:
            obj.save(update_fields=rest)
            data = {name: getattr(obj, name) for name in rest}
            audit.record("account.rights", by=by.address, subject=obj.address, data=data)

    @admin.action(description="Bar selected accounts from signing in")
    def bar_selected(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Bar everyone selected except oneself."""
        by = cast(Account, request.user)
        for account in queryset.filter(is_active=True).exclude(pk=by.pk):
            _bar_or_readmit(account, active=False, by=by)

    @admin.action(description="Readmit selected accounts")
    def readmit_selected(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Readmit everyone selected."""
        for account in queryset.filter(is_active=False):
            _bar_or_readmit(account, active=True, by=cast(Account, request.user))


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Tokens, for reading and revoking."""

    list_display = ("name", "account", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    fields = list_display
    readonly_fields = list_display
    search_fields = ("name", "account__address", "account__name")
    list_select_related = ("account",)
    actions = ("revoke_selected",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only the owner of an account makes tokens."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Tokens are revoked, which is kept."""
        return False

    @admin.action(description="Revoke selected tokens")
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """End the selected tokens and the sockets they opened."""
        by = cast(Account, request.user)
        for token in queryset.select_related("account"):
            actions.revoke_token(token.account, token_id=token.pk, now=clock.now())
            audit.record("token.revoked", by=by.address, subject=token.account.address, data={"token": token.name})


def _bar_or_readmit(account: Account, *, active: bool, by: Account) -> None:
    reason = "by staff, in the admin pages"
    if active:
        actions.readmit(account, by=by, reason=reason)
    else:
        actions.bar(account, by=by, reason=reason, now=clock.now())
