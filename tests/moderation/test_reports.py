"""Traders tell staff about each other: once, in words, unseen by the one reported; staff answer them."""

import pytest
from django.test import Client
from django.urls import reverse

from exchange.core import clock
from exchange.core.errors import Conflict, Invalid
from exchange.core.models import AuditEntry
from exchange.moderation import reports
from exchange.moderation.models import Report
from exchange.notifications.models import Notification
from tests.api.client import Api
from tests.builders import actor, ben, mallory, sara
from tests.web.visiting import BACKEND, sound, visit

pytestmark = pytest.mark.django_db
WORDS = "Asked me in trade 8F3K7Q2M to send the money to a cousin's account."


def report(**changes: object) -> Report:
    facts = {"by": ben().account, "reason": "third-party", "text": WORDS, "now": clock.now(), **changes}
    return reports.report(mallory().account, **facts)  # type: ignore[arg-type]


def test_ben_reports_mallory_from_her_page_and_she_learns_nothing_of_it() -> None:
    client = visit(ben())
    assert "Report" in sound(client.get(f"/u/{mallory().address}")).words
    page = sound(client.get(f"/u/{mallory().address}/report"))
    assert page.h1 == ["Report Mallory"]
    answer = client.post(f"/u/{mallory().address}/report", {"reason": "third-party", "text": WORDS})
    assert (answer.status_code, answer["Location"]) == (302, f"/u/{mallory().address}")
    stored = Report.objects.get()
    assert (stored.by, stored.about, stored.reason, stored.text) == (
        ben().account,
        mallory().account,
        "third-party",
        WORDS,
    )
    assert "Staff have not answered yet." in sound(client.get(f"/u/{mallory().address}")).words
    for other in (mallory(), sara()):
        assert "reported this trader" not in sound(visit(other).get(f"/u/{mallory().address}")).words
    assert not Notification.objects.filter(account=mallory().account).exists()


@pytest.mark.parametrize(("reason", "text"), [("third-party", "too short"), ("nonsense", WORDS), ("", "x" * 2001)])
def test_what_staff_could_not_use_is_refused_beside_its_field(reason: str, text: str) -> None:
    answer = visit(ben()).post(f"/u/{mallory().address}/report", {"reason": reason, "text": text})
    page = sound(answer, status=422)
    assert text[:200] in page.text
    assert not Report.objects.exists()
    with pytest.raises(Invalid):
        report(reason=reason, text=text)


def test_nobody_reports_twice_themselves_or_without_end() -> None:
    report()
    with pytest.raises(Conflict) as twice:
        report(reason="abuse")
    assert twice.value.code == "already_reported"
    with pytest.raises(Invalid) as oneself:
        report(by=mallory().account)
    assert oneself.value.code == "yourself"
    for number in range(30, 30 + reports.MOST_OPEN - 1):
        reports.report(actor(number).account, by=ben().account, reason="abuse", text=WORDS, now=clock.now())
    with pytest.raises(Conflict) as flood:
        reports.report(sara().account, by=ben().account, reason="abuse", text=WORDS, now=clock.now())
    assert flood.value.code == "list_full"
    assert Report.objects.count() == reports.MOST_OPEN


def test_a_visitor_is_sent_to_sign_in_and_a_program_may_report_too() -> None:
    assert visit().post(f"/u/{mallory().address}/report", {"reason": "abuse", "text": WORDS}).status_code == 302
    assert not Report.objects.exists()
    told = Api(ben().account).post(
        f"/accounts/{mallory().address}/reports", {"reason": "abuse", "text": WORDS}, expect=201
    )
    assert (told["address"], told["reason"], told["text"]) == (mallory().address, "abuse", WORDS)


def test_staff_answer_once_in_words_for_the_one_who_reported() -> None:
    made = report(text=WORDS + " <script>alert(1)</script>")
    staff = actor(5, name="Steph", is_staff=True, is_superuser=True)
    desk = Client()
    desk.force_login(staff.account, backend=BACKEND)
    page = "admin:moderation_report"
    assert desk.get(reverse(f"{page}_changelist")).status_code == 200
    shown = desk.get(reverse(f"{page}_change", args=[made.pk])).content.decode()
    assert "<script>alert(1)" not in shown
    assert desk.get(reverse(f"{page}_add")).status_code == 403
    for outcome in ("", "We have suspended the account.", "Changed my mind."):
        assert desk.post(reverse(f"{page}_change", args=[made.pk]), {"outcome": outcome}).status_code == 302
        made.refresh_from_db()
        assert (made.closed_at is None) is (outcome == "")
    assert (made.outcome, made.closed_by, made.text[:9]) == (
        "We have suspended the account.",
        staff.address,
        "Asked me ",
    )
    assert AuditEntry.objects.filter(act="report.closed").count() == 1
    assert "We have suspended the account." in sound(visit(ben()).get(f"/u/{mallory().address}")).words
    report()
    assert Report.objects.count() == 2, "what was answered can come up again"
