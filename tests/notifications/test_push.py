"""Push: empty, signed, to known services only; and the page on which people say what they want where."""

import pytest

from exchange.core import clock, outbox
from exchange.core.errors import Invalid, TooMany
from exchange.core.models import OutboxMessage
from exchange.notifications import deliver, preferences, push
from exchange.notifications.models import Delivery, PushSubscription
from tests.builders import ben, mallory, sara
from tests.notifications.boxes import Mailbox, PushService
from tests.notifications.telling import EVERYTHING, LINE, tell, wants_mail
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_push_carries_nothing_and_is_signed(service: PushService) -> None:
    push.subscribe(sara().account, endpoint=service.url, label="Firefox", now=clock.now())
    tell(sara().account)
    tell(sara().account)
    headers, body = service.calls[0]
    assert (len(service.calls), body) == (1, b"")
    assert headers["ttl"] == "86400"
    assert headers["authorization"].startswith("vapid t=")
    assert headers["authorization"].endswith(f"k={push.public_key()}")
    assert len(push.public_key()) == 87


@pytest.mark.parametrize("answer", [404, 410])
def test_a_subscription_that_has_ended_is_forgotten(service: PushService, answer: int) -> None:
    push.subscribe(sara().account, endpoint=service.url, label="", now=clock.now())
    service.answer = answer
    tell(sara().account)
    assert not PushSubscription.objects.exists()


def test_a_push_service_in_trouble_is_asked_again(service: PushService) -> None:
    push.subscribe(sara().account, endpoint=service.url, label="", now=clock.now())
    service.answer = 503
    tell(sara().account)
    service.answer = 201
    OutboxMessage.objects.update(due_at=clock.now())
    outbox.dispatch()
    assert [one.outcome for one in Delivery.objects.filter(channel="push")] == ["sent"]
    assert len(service.calls) == 2


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:9/x",
        "http://169.254.169.254/latest",
        "https://localhost/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/",
        "http://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https://",
        "nonsense",
        "https://fcm.googleapis.com/" + "x" * 1024,
    ],
)
def test_no_other_host_than_a_known_push_service_is_ever_called(endpoint: str) -> None:
    with pytest.raises(Invalid):
        push.subscribe(mallory().account, endpoint=endpoint, label="", now=clock.now())


def test_ten_browsers_are_enough() -> None:
    for number in range(10):
        push.subscribe(sara().account, endpoint=f"https://fcm.googleapis.com/{number}", label="", now=clock.now())
    with pytest.raises(TooMany):
        push.subscribe(sara().account, endpoint="https://fcm.googleapis.com/10", label="", now=clock.now())
    push.subscribe(sara().account, endpoint="https://fcm.googleapis.com/9", label="", now=clock.now())


def test_your_turn_disputes_and_security_cannot_be_switched_off_on_the_site() -> None:
    with pytest.raises(Invalid) as refused:
        preferences.save(
            sara().account,
            on={"site": ["trade"], "email": [], "push": []},
            with_details=False,
            quiet_from=0,
            quiet_to=0,
            time_zone="UTC",
        )
    assert list(refused.value.fields) == ["/site"]
    wishes = preferences.wishes_of(sara().account)
    assert all(wishes.wants("site", kind) for kind in EVERYTHING)


def test_the_matrix_is_saved_from_its_page_whatever_a_form_leaves_out() -> None:
    client = visit(sara())
    page = sound(client.get("/notifications/settings"))
    assert "What you are told, and where" in page.h1
    sent = {"email": ["your-turn"], "time_zone": "Europe/Berlin", "quiet_from": "22:00", "quiet_to": "07:00"}
    assert client.post("/notifications/settings/save", sent).status_code == 302
    wishes = preferences.wishes_of(sara().account)
    assert (wishes.quiet_from, wishes.quiet_to, wishes.time_zone) == (1320, 420, "Europe/Berlin")
    assert wishes.wants("site", "dispute")
    assert not wishes.wants("site", "trade")
    assert [kind for kind in EVERYTHING if wishes.wants("email", kind)] == ["your-turn"]
    for change, words in (
        ({"time_zone": "Middle/Earth"}, "There is no such time zone"),
        ({"quiet_from": "25:00"}, "Enter a valid time"),
    ):
        assert words in sound(client.post("/notifications/settings/save", {**sent, **change}), status=422).words
    bad = sound(client.post("/notifications/settings/email", {"email": "not an address"}), status=422)
    assert "This is not an e-mail address." in bad.words


def test_one_click_ends_all_mail_without_a_session() -> None:
    wants_mail(sara().account)
    token = preferences.stop_token(sara().account)
    assert "Stop all mail" in sound(visit().get(f"/notifications/stop/{token}")).words
    assert preferences.wishes_of(sara().account).is_email_confirmed
    sound(visit().post(f"/notifications/stop/{token}", {"List-Unsubscribe": "One-Click"}))
    assert not preferences.wishes_of(sara().account).is_email_confirmed
    sound(visit().post("/notifications/stop/forged"), status=404)


def test_a_test_button_says_what_came_of_it(box: Mailbox, service: PushService) -> None:
    account = sara().account
    assert deliver.try_channel(account, "email").startswith("Confirm your address first")
    wants_mail(account)
    assert deliver.try_channel(account, "email").startswith("Sent.")
    assert box.mails[0]["Subject"] == "Parley: This is a test"
    box.refuses = 1
    assert "SMTPDataError" in deliver.try_channel(account, "email")
    assert deliver.try_channel(account, "push") == "No browser is switched on."
    push.subscribe(account, endpoint=service.url, label="", now=clock.now())
    assert deliver.try_channel(account, "push") == "Woke 1 browser(s)."
    newest = deliver.latest(account, "push")
    assert newest is not None
    assert newest.outcome == "test"


def test_a_woken_browser_is_told_the_newest_line_and_a_stranger_nothing() -> None:
    tell(sara().account)
    assert visit(sara()).get("/push/line").json() == {"title": LINE.text, "path": LINE.path}
    for who in (None, ben()):
        assert visit(who).get("/push/line").json()["title"] == "Something needs you"
    script = visit().get("/push/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in script.content
