"""Block and trust lists: what one trader thinks of others, seen by nobody else."""

from datetime import datetime

from django.db.models import QuerySet

from exchange.accounts.models import Account, Regard
from exchange.core.errors import Conflict, Invalid, NotFound

MOST = 1000
LONGEST_NOTE = 500


def regard(other: Account, *, by: Account, kind: str, note: str, now: datetime) -> Regard:
    """Block or trust somebody, or change one for the other. Raises `Invalid` or `Conflict`."""
    if other.pk == by.pk:
        raise Invalid("This is you.", code="yourself", fields={"/address": "This is your own address."})
    if kind not in Regard.Kind.values:
        raise Invalid(fields={"/kind": f"Write one of {', '.join(Regard.Kind.values)}."})
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"/note": f"Write at most {LONGEST_NOTE} characters."})
    values = {"kind": kind, "note": note.strip(), "at": now}
    if by.regards.count() >= MOST and not by.regards.filter(other=other).exists():
        raise Conflict(f"Your lists hold {MOST} people, which is the limit. Remove one first.", code="list_full")
    found, _ = Regard.objects.update_or_create(holder=by, other=other, defaults=values)
    return found


def forget(other: Account, *, by: Account) -> None:
    """Take somebody off one's lists. Raises `NotFound` when they are on none."""
    deleted, _ = Regard.objects.filter(holder=by, other=other).delete()
    if not deleted:
        raise NotFound("This trader is on none of your lists.")


def regard_of(other: Account, *, by: Account | None) -> Regard | None:
    """Return what `by` thinks of `other`, None for nothing."""
    return Regard.objects.filter(holder=by, other=other).first() if by is not None else None


def blocked_by(account: Account) -> frozenset[int]:
    """Return the keys of those whom `account` has blocked: their offers are not shown to it."""
    return frozenset(_blocks().filter(holder=account).values_list("other_id", flat=True))


def blockers_of(account: Account) -> frozenset[int]:
    """Return the keys of those who have blocked `account`: they hear nothing of its offers."""
    return frozenset(_blocks().filter(other=account).values_list("holder_id", flat=True))


def _blocks() -> QuerySet[Regard]:
    return Regard.objects.filter(kind=Regard.Kind.BLOCK)


def regards_of(
    holder: Account, *, kind: str | None = None, before: int | None = None, limit: int = 100
) -> list[Regard]:
    """Return the lists of an account, or one of them, newest first, the others' accounts loaded."""
    rows = Regard.objects.filter(holder=holder).select_related("other").order_by("-id")
    if kind is not None:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])
