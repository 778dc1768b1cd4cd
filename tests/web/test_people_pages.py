"""Profiles, notifications, settings, signing in and out."""

import pytest

from exchange.accounts.models import Account, ApiToken
from exchange.core import clock
from exchange.notifications.models import Notification
from exchange.reputation.models import Standing
from tests.builders import ben, catalog, fixed, mallory, market_price, offer, sara
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def market() -> None:
    catalog()
    market_price("3000")


def notify(text: str, **fields: object) -> Notification:
    values = {
        "account": ben().account,
        "key": text,
        "kind": "trade",
        "text": text,
        "path": "/trades",
        "at": clock.now(),
    }
    return Notification.objects.create(**{**values, **fields})


def test_a_profile_shows_figures_with_their_sample() -> None:
    Standing.objects.create(
        account=sara().account, finished=212, abandoned=4, partners=120, median_release=360, updated_at=clock.now()
    )
    offer(price=fixed("3043.00"))
    page = sound(visit().get(f"/u/{sara().address}"))
    for words in ("Sara", "212", "98%", "of 216 agreed trades", "6 min", "Sells ETH for EUR", "3,043.00 EUR"):
        assert words in page.words, words
    assert sara().address in page.text.replace(" ", "")


def test_few_trades_give_no_rate() -> None:
    Standing.objects.create(account=sara().account, finished=3, updated_at=clock.now())
    assert "too few for a rate" in sound(visit().get(f"/u/{sara().address}")).words


@pytest.mark.parametrize("who", ["sara", "SARA", "{lower}"])
def test_names_and_spellings_lead_to_the_one_address(who: str) -> None:
    address = sara().address
    answer = visit().get(f"/u/{who.format(lower=address.lower())}")
    assert (answer.status_code, answer["Location"]) == (302, f"/u/{address}")


@pytest.mark.parametrize("who", ["nobody", "0x1234", "0x" + "0" * 40, "ѕara", "<b>", "%00"])
def test_unknown_people_are_not_found(who: str) -> None:
    sara()
    sound(visit().get(f"/u/{who}"), status=404)


def test_notifications_are_mine_newest_first_and_say_what_to_do() -> None:
    assert "Nothing here" in sound(visit(ben()).get("/notifications")).words
    notify("First thing")
    notify("Second thing", kind="dispute", path="/trades/8F3K7Q2M/dispute")
    notify("Not for Ben", account=sara().account)
    page = sound(visit(ben()).get("/notifications"))
    assert page.text.index("Second thing") < page.text.index("First thing")
    assert "Not for Ben" not in page.text
    assert "/trades/8F3K7Q2M/dispute" in page.links
    assert "First thing" not in sound(visit(ben()).get("/notifications?show=disputes")).text
    sound(visit(ben()).get("/notifications?show=nonsense"), status=422)
    assert visit().get("/notifications").status_code == 302


def test_all_can_be_marked_read_by_a_form() -> None:
    notify("First thing")
    other = notify("Sara's", account=sara().account)
    answer = visit(ben()).post("/notifications/read")
    assert answer["Location"] == "/notifications"
    other.refresh_from_db()
    assert other.read_at is None
    assert not Notification.objects.filter(account=ben().account, read_at__isnull=True).exists()
    assert visit(ben()).get("/notifications/read").status_code == 405


def test_the_numbers_in_the_header_can_be_fetched_alone() -> None:
    notify("First thing")
    client = visit(ben())
    assert b">1<" in client.get("/me/badges/unread/bell").content
    assert b"badge" not in client.get("/me/badges/turns/nav").content.replace(b"/me/badges", b"")
    for path in ("/me/badges/secrets/bell", "/me/badges/unread/roof"):
        assert client.get(path).status_code == 404
    assert visit().get("/me/badges/unread/bell").status_code == 302


def test_a_name_is_saved_and_a_bad_one_comes_back_with_its_reason() -> None:
    client = visit(ben())
    assert client.post("/settings/name", {"name": "Ben of Bern"})["Location"] == "/settings"
    assert Account.objects.get(address=ben().address).name == "Ben of Bern"
    sara()
    for bad in ("x", "admin", "Saraа", "sara"):
        page = sound(client.post("/settings/name", {"name": bad}), status=422)
        assert "There is a problem" in page.words
        (name,) = [control for control in page.controls if control.get("id") == "id_name"]
        assert name["value"] == bad
    assert Account.objects.get(address=ben().address).name == "Ben of Bern"


def test_a_token_is_shown_once_and_can_be_revoked() -> None:
    client = visit(ben())
    answer = client.post(
        "/settings/tokens", {"name": "bot", "scopes": ["offers:read", "trades:read"], "lifetime": "30"}
    )
    page = sound(answer)
    assert answer["Cache-Control"] == "no-store"
    (secret,) = [word for word in page.words.split() if word.startswith("ply_")]
    assert secret not in sound(client.get("/settings")).text
    token = ApiToken.objects.get()
    assert visit(mallory()).post(f"/settings/tokens/{token.pk}/revoke").status_code == 404
    assert client.post(f"/settings/tokens/{token.pk}/revoke").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


@pytest.mark.parametrize(
    "answers", [{}, {"name": "bot"}, {"name": "bot", "scopes": ["everything"], "lifetime": "30"}, {"lifetime": "9999"}]
)
def test_a_token_without_its_answers_is_not_made(answers: dict[str, object]) -> None:
    page = sound(visit(ben()).post("/settings/tokens", answers), status=422)
    assert "There is a problem" in page.words
    assert not ApiToken.objects.exists()


def test_ending_all_sessions_signs_out_everywhere() -> None:
    here, there = visit(ben()), visit(ben())
    assert here.post("/settings/sessions/end")["Location"] == "/"
    assert there.get("/settings").status_code == 302


def test_signing_out_needs_a_post() -> None:
    client = visit(ben())
    assert client.get("/signout").status_code == 405
    assert client.post("/signout")["Location"] == "/"
    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/trades", "/trades"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_after_signing_in_one_never_leaves_the_site(wanted: str, kept: str) -> None:
    answer = visit().get("/signin", {"next": wanted})
    sound(answer)
    assert f'data-next="{kept}"' in answer.content.decode()
    answer = visit().post("/theme", {"theme": "dark", "next": wanted})
    assert answer["Location"] == kept


def test_the_theme_is_set_by_the_server_so_nothing_flashes() -> None:
    client = visit()
    client.post("/theme", {"theme": "dark", "next": "/stats"})
    assert '<html lang="en" data-theme="dark">' in client.get("/stats").content.decode()
    client.post("/theme", {"theme": "", "next": "/stats"})
    assert '<html lang="en">' in client.get("/stats").content.decode()
    client.post("/theme", {"theme": '"><script>', "next": "/stats"})
    assert '<html lang="en">' in client.get("/stats").content.decode()


def test_the_sign_in_page_shows_the_two_stages() -> None:
    page = sound(visit().get("/signin"))
    assert "It costs nothing and moves nothing." in page.words
    assert page.h2 == ["1. Choose a wallet", "2. Sign this message"]


def test_who_was_here_is_noted_at_most_once_a_minute() -> None:
    client = visit(ben())
    client.get("/trades")
    first = Account.objects.get(address=ben().address).last_active_at
    client.get("/trades")
    assert Account.objects.get(address=ben().address).last_active_at == first
    assert first is not None
    Account.objects.filter(address=ben().address).update(last_active_at=first - clock.seconds(61))
    client.get("/trades")
    assert (Account.objects.get(address=ben().address).last_active_at or first) >= first
