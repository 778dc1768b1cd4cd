"""The states of a trade, as data. What leads from one to the next is in `decide.py`."""

from django.db import models


class State(models.TextChoices):
    """Money states (from `funded` on) are reached by final chain events only."""

    REQUESTED = "requested", "Waiting for maker"
    AGREED = "agreed", "Waiting for escrow"
    FUNDED = "funded", "Locked"
    PAID = "paid", "Marked paid"
    DISPUTED = "disputed", "In dispute"
    RELEASED = "released", "Completed"
    REFUNDED = "refunded", "Refunded"
    RESOLVED = "resolved", "Resolved"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"
    DECLINED = "declined", "Declined"


BEFORE_LOCK = frozenset({State.REQUESTED, State.AGREED})
PAID_OUT = frozenset({State.RELEASED, State.REFUNDED, State.RESOLVED})
LOCKED = frozenset({State.FUNDED, State.PAID, State.DISPUTED})
MONEY_STATES = LOCKED | PAID_OUT
FINISHED = PAID_OUT | {State.EXPIRED, State.CANCELLED, State.DECLINED}
OPEN = BEFORE_LOCK | LOCKED
