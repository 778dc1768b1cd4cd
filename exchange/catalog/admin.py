"""Staff pages of the catalog: facts come from the data files, only "is it offered" can be changed here."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core import audit


class FactsAdmin(admin.ModelAdmin[Any]):
    """Shows everything, changes `is_active` alone, and writes that down."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Return every field but the switch."""
        names = [field.name for field in (*self.opts.fields, *self.opts.many_to_many)]
        return [name for name in names if name != "is_active"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries come from the data files."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Offers and trades refer to entries."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        """Switch the entry on or off, in the audit log too."""
        if "is_active" in form.changed_data:
            obj.save(update_fields=["is_active"])
            kind = self.opts.model_name or ""
            data = {"is_active": obj.is_active}
            audit.record("catalog.switched", by=request.user.get_username(), subject=f"{kind}:{obj}", data=data)


@admin.register(Asset)
class AssetAdmin(FactsAdmin):
    """Coins and tokens."""

    list_display = ("symbol", "name", "chain_id", "token", "decimals", "is_stable", "is_active")


@admin.register(Currency)
class CurrencyAdmin(FactsAdmin):
    """National currencies."""

    list_display = ("code", "name", "minor_units", "is_active")
    search_fields = ("code", "name")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(FactsAdmin):
    """Ways to pay."""

    list_display = ("name", "rail", "reversibility", "payment_window", "is_active")
    list_filter = ("rail", "reversibility", "is_active")
    search_fields = ("name", "slug")
