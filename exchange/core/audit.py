"""The audit log: what staff, arbiters and the system did, append-only and hash-chained."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from exchange.core import clock, hashing
from exchange.core.models import AuditEntry

# Any fixed number: writers queue on this advisory lock so that the chain never forks.
_LOCK = 0x5041524C


def record(act: str, *, by: str, subject: str, data: Mapping[str, Any] | None = None) -> AuditEntry:
    """Append one entry in the running transaction. `by` is an address or a process, `subject` what was acted on."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
        previous = last or hashing.GENESIS
        moment = clock.now()
        facts = {"actor": by, "act": act, "subject": subject, "data": dict(data or {}), "at": moment.isoformat()}
        return AuditEntry.objects.create(
            actor=by,
            act=act,
            subject=subject,
            data=facts["data"],
            at=moment,
            previous=previous,
            hash=hashing.chain(previous, facts),
        )


def first_broken() -> int | None:
    """Return the id of the first entry whose hash does not follow from the one before it; None when all is whole."""
    previous = hashing.GENESIS
    for entry in AuditEntry.objects.order_by("id").iterator():
        facts = {
            "actor": entry.actor,
            "act": entry.act,
            "subject": entry.subject,
            "data": entry.data,
            "at": entry.at.isoformat(),
        }
        if entry.previous != previous or entry.hash != hashing.chain(previous, facts):
            return entry.id
        previous = entry.hash
    return None
