"""Mail and push: once each, to whoever wants them, saying nothing, held back in quiet hours, tried again on failure."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from exchange import env
from exchange.core import clock, outbox
from exchange.core.errors import NotFound
from exchange.core.models import OutboxMessage
from exchange.notifications import actions, preferences
from exchange.notifications.models import Delivery, Kind, Notification, Preferences
from exchange.notifications.preferences import Wishes
from exchange.notifications.render import Line
from tests import trade_builders as make
from tests.builders import ben, sara
from tests.notifications.boxes import Mailbox
from tests.notifications.telling import LINE, tell, wants_mail
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_address_gets_one_mail_until_it_is_confirmed(box: Mailbox) -> None:
    preferences.set_email(sara().account, " sara@example.org ", now=clock.now())
    outbox.dispatch()
    assert [mail["To"] for mail in box.mails] == ["sara@example.org"]
    tell(sara().account)
    assert len(box.mails) == 1
    body = box.mails[0].get_body(("plain",))
    assert body is not None
    link = re.search(r"/notifications/confirm/(\S+)", body.get_content())
    assert link is not None
    client = visit()
    page = sound(client.get(f"/notifications/confirm/{link[1]}"))
    assert "Confirm this address" in page.words
    assert not preferences.wishes_of(sara().account).is_email_confirmed, "a link that is only opened confirms nothing"
    sound(client.post(f"/notifications/confirm/{link[1]}"))
    assert preferences.wishes_of(sara().account).is_email_confirmed
    tell(sara().account, key="k2")
    assert len(box.mails) == 2
    security = Notification.objects.get(account=sara().account, kind=Kind.SECURITY)
    assert "address for notifications was changed" in security.text


def test_a_confirmation_link_counts_only_for_the_address_it_was_sent_to(box: Mailbox) -> None:
    preferences.set_email(sara().account, "first@example.org", now=clock.now())
    token = preferences.confirmation_token(sara().account, "first@example.org")
    preferences.set_email(sara().account, "second@example.org", now=clock.now())
    for wrong in (token, token[:-2], "nonsense", preferences.stop_token(sara().account)):
        with pytest.raises(NotFound):
            preferences.confirm_email(wrong, now=clock.now())
        sound(visit().post(f"/notifications/confirm/{wrong}"), status=404)
    assert not preferences.wishes_of(sara().account).is_email_confirmed
    assert box.mails == []


def test_a_mail_says_what_to_do_and_nothing_of_money_or_names(box: Mailbox) -> None:
    deal = make.funded()
    wants_mail(ben().account, email="ben@example.org")
    outbox.dispatch()
    mail = box.mails[0]
    assert mail["Subject"] == "Parley: It is your turn"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    assert len(texts) == 2
    for text in [*texts, str(mail["Subject"])]:
        assert not re.search(r"250|EUR|0\.08|ETH|Sara|0x[0-9a-fA-F]{8}", text), text
    assert all(f"/trades/{deal.code}" in text for text in texts)


def test_details_stand_in_a_mail_only_for_who_allowed_them(box: Mailbox) -> None:
    make.funded()
    wants_mail(ben().account, email="ben@example.org", with_details=True)
    outbox.dispatch()
    body = box.mails[0].get_body(("plain",))
    assert body is not None
    assert re.search(r"250\.00 by SEPA Instant with Sara", body.get_content())


def test_a_repeated_handler_sends_nothing_twice_and_a_failed_one_tries_again(box: Mailbox) -> None:
    wants_mail(sara().account)
    box.refuses = 1
    tell(sara().account)
    assert box.mails == []
    assert not Delivery.objects.filter(outcome="sent").exists()
    waiting = OutboxMessage.objects.get(event="notification.email", done_at__isnull=True)
    assert "SMTP" in waiting.last_error
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.dispatch()
    assert len(box.mails) == 1
    OutboxMessage.objects.update(done_at=None, due_at=clock.now())
    outbox.dispatch()
    assert len(box.mails) == 1
    assert box.mails[0]["Message-ID"] == f"<notification-{Notification.objects.get().pk}@localhost>"


def test_what_was_read_on_the_site_is_not_mailed(box: Mailbox) -> None:
    wants_mail(sara().account)
    actions.write(sara().account, LINE, key="k", trade_code="8F3K7Q2M")
    actions.mark_read(sara().account, now=clock.now())
    outbox.dispatch()
    assert box.mails == []
    assert Delivery.objects.get(channel="email").outcome == "read_before"


def test_what_is_off_on_the_site_can_still_be_mailed_and_does_not_count_as_unread(box: Mailbox) -> None:
    wants_mail(sara().account, off={"site": ["trade"], "email": []})
    tell(sara().account, Line(kind=str(Kind.TRADE), text="Trade 8F3K7Q2M is complete.", path="/trades/8F3K7Q2M"))
    assert len(box.mails) == 1
    assert not Notification.objects.filter(read_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("hour", "kind", "held"),
    [
        (23, Kind.YOUR_TURN, True),
        (3, Kind.YOUR_TURN, True),
        (7, Kind.YOUR_TURN, False),
        (12, Kind.TRADE, False),
        (23, Kind.SECURITY, False),
    ],
)
def test_quiet_hours_run_over_midnight_in_the_readers_zone(hour: int, kind: str, held: bool) -> None:
    wishes = Wishes(
        off={}, email="", is_email_confirmed=False, with_details=False, quiet_from=22 * 60, quiet_to=7 * 60,
        time_zone="Europe/Berlin",
    )  # fmt: skip
    # Berlin is one hour ahead of UTC in winter.
    now = datetime(2026, 1, 15, (hour - 1) % 24, 30, tzinfo=UTC)
    until = wishes.quiet_until(kind, now=now)
    assert (until is not None) == held
    if until is not None:
        assert until.astimezone(UTC).hour == 6
        assert timedelta(0) < until - now <= timedelta(hours=9)


def test_in_quiet_hours_a_mail_is_owed_for_their_end(box: Mailbox) -> None:
    now = clock.now()
    minute = now.hour * 60 + now.minute
    wants_mail(sara().account, quiet_from=(minute - 60) % 1440, quiet_to=(minute + 60) % 1440)
    tell(sara().account)
    assert box.mails == []
    owed = OutboxMessage.objects.get(event="notification.email", done_at__isnull=True)
    assert timedelta(minutes=58) < owed.due_at - now < timedelta(minutes=62)
    Preferences.objects.update(quiet_from=0, quiet_to=0)
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.dispatch()
    assert len(box.mails) == 1


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "nonsense", "smtp+tls:"])
def test_an_unreadable_mail_address_is_refused_at_start(url: str) -> None:
    with pytest.raises(env.BadSetting):
        env.mail("NO_SUCH_VARIABLE", default=url)


def test_mail_urls_become_djangos_settings() -> None:
    told = env.mail("NO_SUCH_VARIABLE", default="smtp+tls://me:p%40ss@mail.example")
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"], told["EMAIL_HOST_PASSWORD"]) == ("mail.example", 587, "p@ss")
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (True, False)
    assert env.mail("NO_SUCH_VARIABLE")["EMAIL_BACKEND"].endswith("console.EmailBackend")
