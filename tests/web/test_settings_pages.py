"""Settings for tokens, webhooks and people; decisions of staff on every page; guides."""

import json

import pytest

from exchange.accounts.models import ApiToken, Regard
from exchange.core import clock
from exchange.moderation import actions as moderation
from exchange.web.docs import GUIDES
from exchange.web.settings_tokens import SENTENCES
from exchange.web.settings_webhooks import WORDS
from exchange.webhooks import actions, deliver
from exchange.webhooks.events import EVENTS
from exchange.webhooks.models import Delivery, Endpoint
from tests.builders import ben, mallory, offer, sara
from tests.web.visiting import read, sound, visit
from tests.webhooks.receiver import receiving, says

pytestmark = pytest.mark.django_db
FORM = {"name": "bot", "scopes": ["trades:read"], "lifetime": "90", "networks": "203.0.113.0/24"}


def test_a_token_is_shown_once_told_in_sentences_and_revoked() -> None:
    browser = visit(sara())
    made = browser.post("/settings/tokens", FORM)
    assert made["Cache-Control"] == "no-store"
    assert "ply_" in read(made).words
    page = sound(browser.get("/settings/tokens"))
    assert "ply_" not in page.words
    assert SENTENCES["trades:read"] in page.words
    assert "never used, from 203.0.113.0/24" in page.words
    token = ApiToken.objects.get()
    assert browser.post(f"/settings/tokens/{token.pk}/revoke").status_code == 302
    assert "You have no tokens" in read(browser.get("/settings/tokens")).words


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "required"),
        ({"scopes": []}, "required"),
        ({"networks": "bot.example"}, "Write an address or a range"),
        ({"lifetime": "9999"}, "valid choice"),
    ],
)
def test_a_token_that_cannot_be_made_is_told_beside_the_field(change: dict[str, object], said: str) -> None:
    page = sound(visit(sara()).post("/settings/tokens", {**FORM, **change}), status=422)
    assert said in page.words
    assert not ApiToken.objects.exists()


def test_every_event_of_webhooks_is_told_in_words() -> None:
    assert set(WORDS) == set(EVENTS)


def test_a_webhook_is_added_tried_seen_and_sent_again() -> None:
    browser = visit(sara())
    with receiving(says(500, b"<b>broken</b>")) as receiver:
        made = browser.post("/settings/webhooks", {"url": receiver.url, "events": ["trade.funded"]})
        assert made["Cache-Control"] == "no-store"
        assert "whsec_" in read(made).words
        where = f"/settings/webhooks/{Endpoint.objects.get().pk}"
        assert "whsec_" not in sound(browser.get("/settings/webhooks")).words
        assert browser.post(f"{where}/test").status_code == 302
        deliver.deliver_due()
        page = sound(browser.get(where))
        assert "On its way, 500" in page.words
        assert "<b>broken</b>" in page.words  # as text
        receiver.answer = says(200)
        assert browser.post(f"{where}/again/{Delivery.objects.get().message_id}").status_code == 302
        deliver.deliver_due()
        assert "Delivered, 200" in sound(browser.get(where)).words
    assert "whsec_" in read(browser.post(f"{where}/secret")).words
    for deed, state in (("pause", "paused"), ("resume", "active")):
        browser.post(f"{where}/{deed}")
        assert Endpoint.objects.get().state == state
    browser.post(f"{where}/remove")
    assert not Endpoint.objects.exists()


def test_an_address_inside_is_refused_beside_the_field() -> None:
    page = sound(
        visit(sara()).post("/settings/webhooks", {"url": "https://10.0.0.1/", "events": ["trade.paid"]}), status=422
    )
    assert "private network" in page.words


def test_mallory_finds_no_webhook_of_sara() -> None:
    made, _ = actions.add(sara().account, url="https://bot.example/", events=["trade.paid"], now=clock.now())
    sent = actions.send_test(made, now=clock.now())
    browser = visit(mallory())
    assert browser.get(f"/settings/webhooks/{made.pk}").status_code == 404
    for tail in ("test", "secret", "remove", "pause", f"again/{sent.message_id}"):
        assert browser.post(f"/settings/webhooks/{made.pk}/{tail}").status_code == 404
    assert json.loads(Delivery.objects.get().body)["type"] == "webhook.test"


def test_people_are_blocked_and_trusted_from_their_page_and_nobody_sees_it() -> None:
    browser, where = visit(sara()), f"/u/{ben().address}"
    browser.post(f"{where}/block", {"note": "late"})
    assert Regard.objects.get().kind == "block"
    assert "Blocked by you" in sound(browser.get(where)).words
    assert "late" in sound(browser.get("/settings/people")).words
    assert "Blocked" not in sound(visit(ben()).get(where)).words
    assert "Blocked" not in sound(visit(mallory()).get(where)).words
    browser.post(f"{where}/trust")
    assert "Trusted by you" in sound(browser.get(where)).words
    browser.post(f"{where}/forget", {"back": "people"})
    assert "Your lists are empty" in sound(browser.get("/settings/people")).words


def test_a_decision_of_staff_stands_on_every_page_of_the_person_concerned_only() -> None:
    made = offer()
    moderation.hide_offer(made.code, by="staff", reason="The terms ask to leave the site.", now=clock.now())
    moderation.suspend(sara().account, by="staff", reason="Asked to leave the site.", now=clock.now())
    for path in ("/", "/settings", "/me/offers"):
        words = sound(visit(sara()).get(path, follow=True)).words
        assert "Your account is suspended" in words
        assert f"Your offer {made.code} is hidden" in words
        assert "Asked to leave the site." in words
    assert "suspended" not in sound(visit(ben()).get(f"/u/{sara().address}")).words


def test_guides_are_read_and_searched_without_script() -> None:
    index = sound(visit().get("/docs"))
    for slug in GUIDES:
        page = sound(visit().get(f"/docs/guides/{slug}"))
        assert f"/docs/guides/{slug}" in index.links
        assert page.words
    found = read(visit().get("/docs?q=RECOVERY words"))
    assert "Staying safe" in found.words
    assert "No guide speaks of" in read(visit().get("/docs?q=<script>")).words
    assert visit().get("/docs/guides/nonsense").status_code == 404


def test_strangers_are_sent_to_sign_in() -> None:
    for path in ("/settings", "/settings/tokens", "/settings/webhooks", "/settings/people"):
        assert visit().get(path).status_code == 302
