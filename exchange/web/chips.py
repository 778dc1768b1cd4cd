"""The look of each trade state: words, icon and tone together, so that colour is never alone.

The keys are those of `trades.view` (`ui_state`); offers and cases have chips of their own here.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Chip:
    """Words, tone of the token table, and lucide icon."""

    label: str
    tone: str
    icon: str


TRADE_CHIPS: dict[str, Chip] = {
    "requested": Chip("Waiting for maker", "wait", "hourglass"),
    "signing": Chip("Waiting for signature", "wait", "pencil"),
    "awaiting_escrow": Chip("Waiting for escrow", "wait", "hourglass"),
    "locking": Chip("Locking", "action", "loader"),
    "locked": Chip("Locked", "locked", "lock"),
    "paid": Chip("Marked paid", "paid", "banknote"),
    "releasing": Chip("Releasing", "action", "loader"),
    "released": Chip("Completed", "done", "circle-check-big"),
    "cancel_proposed": Chip("Cancel proposed", "wait", "handshake"),
    "refunding": Chip("Refunding", "action", "loader"),
    "refunded": Chip("Refunded", "cancel", "rotate-ccw"),
    "expired": Chip("Expired", "cancel", "timer"),
    "cancelled": Chip("Cancelled", "cancel", "ban"),
    "declined": Chip("Declined", "cancel", "ban"),
    "disputed": Chip("In dispute", "dispute", "scale"),
    "ruled": Chip("Ruling signed", "ruled", "gavel"),
    "resolved": Chip("Resolved", "ruled", "gavel"),
}
OFFER_CHIPS: dict[str, Chip] = {
    "draft": Chip("Not signed yet", "wait", "pencil"),
    "active": Chip("Active", "done", "circle-check-big"),
    "paused": Chip("Paused", "neutral", "pause"),
    "closed": Chip("Closed", "cancel", "ban"),
}
CASE_CHIPS: dict[str, Chip] = {
    "open": Chip("Open", "dispute", "scale"),
    "proposed": Chip("Proposed", "action", "gavel"),
    "claimed": Chip("Claimed", "action", "user"),
    "ruled": Chip("Ruling signed", "ruled", "gavel"),
    "closed": Chip("Closed", "cancel", "ban"),
}
UNKNOWN = Chip("Unknown state", "neutral", "circle-help")


def trade_chip(key: str, *, symbol: str = "", confirmations: int = 0, required: int = 0) -> Chip:
    """Return the chip of a trade state; a lock says which coin, a pending change says how many blocks stand on it."""
    chip = TRADE_CHIPS.get(key, UNKNOWN)
    if key == "locked" and symbol:
        return replace(chip, label=f"{symbol} locked")
    if key in {"locking", "releasing", "refunding"} and required > 1:
        return replace(chip, label=f"{chip.label}, {confirmations} of {required}")
    return chip
