"""What staff may look at: everything the chain told us and the keeper did, and none of it can be edited here."""

from typing import Any

from django.contrib import admin

from escrow.models import Attempt, ChainEvent, Credit, Cursor, Escrow, Intent, KeeperState


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows to read: the chain and the keeper are their only writers."""

    def has_add_permission(self, *_: Any, **__: Any) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, *_: Any, **__: Any) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, *_: Any, **__: Any) -> bool:
        """Nobody."""
        return False


@admin.register(Escrow)
class EscrowAdmin(ReadOnly):
    """One escrow on chain."""

    list_display = ("trade_id", "head_status", "final_status", "head_block")
    list_filter = ("head_status", "chain_id")
    search_fields = ("trade_id", "head_tx_hash")


@admin.register(ChainEvent)
class ChainEventAdmin(ReadOnly):
    """One log of the contract."""

    list_display = ("name", "state", "block_number", "tx_hash", "trade_id")
    list_filter = ("name", "state", "chain_id")
    search_fields = ("trade_id", "tx_hash")
    ordering = ("-block_number", "-log_index")
    show_full_result_count = False


@admin.register(Intent)
class IntentAdmin(ReadOnly):
    """One call the keeper was asked to send."""

    list_display = ("purpose", "state", "trade_id", "nonce", "tx_hash", "created_at")
    list_filter = ("state", "purpose")
    search_fields = ("trade_id", "tx_hash")
    ordering = ("-created_at",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnly):
    """One signed transaction; its bytes are not shown, since whoever has them can send them."""

    list_display = ("tx_hash", "nonce", "max_fee", "broadcast_at")
    exclude = ("raw",)
    search_fields = ("tx_hash",)
    ordering = ("-id",)


for _model in (Credit, Cursor, KeeperState):
    admin.site.register(_model, ReadOnly)
