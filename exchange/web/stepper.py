"""The rail of a trade: at most five labels, the same words for both sides."""

from dataclasses import dataclass

LAST_LABELS = ("Checked", "Done")
CASE_LABELS = ("Evidence", "Ruling")
# How many steps lie behind a trade in each state; the next one is the running one.
BEHIND = {
    "requested": 0,
    "signing": 0,
    "awaiting_escrow": 1,
    "locking": 1,
    "locked": 2,
    "cancel_proposed": 2,
    "paid": 3,
    "releasing": 4,
    "released": 5,
    "disputed": 3,
    "ruled": 4,
    "resolved": 5,
}
# Ends off the rail: how many steps were done, and the word for the end.
ENDS = {
    "expired": (0, "Expired"),
    "cancelled": (0, "Cancelled"),
    "declined": (0, "Declined"),
    "refunding": (2, "Refund"),
    "refunded": (2, "Refunded"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One label and whether it is `done`, `current` or `ahead`."""

    label: str
    status: str


def steps(ui_state: str, *, symbol: str, was_locked: bool = True) -> list[Step]:
    """Return the steps of a trade; an early end shows only what was reached, and the end itself."""
    labels = ("Agreed", f"{symbol} locked", "Fiat sent")
    if ui_state in ENDS:
        done, word = ENDS[ui_state]
        reached = labels[: done if was_locked else min(done, 1)]
        status = "current" if ui_state == "refunding" else "done"
        return [*(Step(label, "done") for label in reached), Step(word, status)]
    rest = CASE_LABELS if ui_state in {"disputed", "ruled", "resolved"} else LAST_LABELS
    behind = BEHIND.get(ui_state, 0)
    return [
        Step(label, "done" if at < behind else "current" if at == behind else "ahead")
        for at, label in enumerate((*labels, *rest))
    ]


def position(steps_: list[Step]) -> tuple[int, int]:
    """Return the running step's number (the last one when all is done) and how many there are."""
    for at, step in enumerate(steps_, start=1):
        if step.status == "current":
            return at, len(steps_)
    return len(steps_), len(steps_)
