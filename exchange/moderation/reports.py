"""Reporting a trader to staff, and answering a report. Staff decide with `exchange/moderation/actions.py`."""

from datetime import datetime

from django.db import IntegrityError, transaction

from exchange.accounts.models import Account
from exchange.core import audit
from exchange.core.errors import Conflict, Invalid
from exchange.moderation.models import Report

LEAST_WORDS, MOST_WORDS = 20, 2000
# Open reports of one account: enough for a bad day, too few to bury staff.
MOST_OPEN = 10
LONGEST_OUTCOME = 300


def report(about: Account, *, by: Account, reason: str, text: str, now: datetime) -> Report:
    """Tell staff about a trader; one open report for each. Raises `Invalid` or `Conflict`."""
    said = text.strip()
    if about.pk == by.pk:
        raise Invalid("This is you.", code="yourself", fields={"/address": "This is your own address."})
    wrong = {}
    if reason not in Report.Reason.values:
        wrong["/reason"] = f"Write one of {', '.join(Report.Reason.values)}."
    if not LEAST_WORDS <= len(said) <= MOST_WORDS:
        wrong["/text"] = f"Say what happened in {LEAST_WORDS} to {MOST_WORDS} characters."
    if wrong:
        raise Invalid(fields=wrong)
    try:
        with transaction.atomic():
            # One report of an account at a time: else many sent at once would all be counted before any is stored.
            Account.objects.select_for_update().get(pk=by.pk)
            if Report.objects.filter(by=by, closed_at__isnull=True).count() >= MOST_OPEN:
                raise Conflict(
                    f"{MOST_OPEN} reports of yours are open already. Staff answer those first; nothing was sent.",
                    code="list_full",
                )
            return Report.objects.create(by=by, about=about, reason=reason, text=said, at=now)
    except IntegrityError as error:
        raise Conflict(
            "You have reported this trader already, and staff have not answered yet. Nothing was sent twice.",
            code="already_reported",
        ) from error


def close(one: Report, *, by: str, outcome: str, now: datetime) -> Report:
    """Answer a report; who reported reads `outcome`, the person reported does not. A second answer changes nothing."""
    with transaction.atomic():
        row = Report.objects.select_for_update().get(pk=one.pk)
        if row.closed_at is not None:
            return row
        row.outcome, row.closed_at, row.closed_by = outcome.strip()[:LONGEST_OUTCOME], now, by
        row.save(update_fields=["outcome", "closed_at", "closed_by"])
        audit.record("report.closed", by=by, subject=row.about.address, data={"report": row.pk})
    return row


def latest(about: Account, *, by: Account | None) -> Report | None:
    """Return one's newest report about a trader, None if there is none."""
    return Report.objects.filter(by=by, about=about).order_by("-id").first() if by is not None else None
