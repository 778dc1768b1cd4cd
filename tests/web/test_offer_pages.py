"""Offers: reading, writing, editing, switching."""

from typing import Any

import pytest

from exchange.offers.models import Offer
from tests.builders import ben, catalog, fixed, mallory, margin, market_price, offer, sara, unsigned_offer
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
ANSWERS: dict[str, Any] = {
    "side": "sell",
    "asset": "ETH",
    "currency": "EUR",
    "price_type": "margin",
    "margin": "1,4",
    "direction": "above",
    "floor": "",
    "ceiling": "",
    "fixed_price": "",
    "min_fiat": "50",
    "max_fiat": "1 250,50",
    "total_asset": "2,5",
    "methods": ["sepa-instant", "wise"],
    "terms_text": "Please pay within the hour.",
    "payment_window": "",
    "confirm_window": "86400",
    "arbitration_window": "604800",
    "fallback": "50",
    "min_finished_trades": "0",
}


@pytest.fixture(autouse=True)
def market() -> None:
    catalog()
    market_price("3000")


def test_an_offer_can_be_read_by_everyone_with_all_its_conditions() -> None:
    made = offer(price=margin(140, floor="2500"), terms_text="No third parties.", min_finished_trades=3)
    page = sound(visit().get(f"/offers/{made.code}?amount=250"))
    assert page.h1 == ["Sara sells ETH for EUR"]
    for words in (
        "3,042.00 EUR, 1.4% above market",
        "never below 2,500.00 EUR",
        "No third parties.",
        "3 finished trades",
        "cannot be reversed",
        "within 30 min",
        "You pay only after you see it locked",
        "You get 0.081771 ETH",
    ):
        assert words in page.words, words


def test_a_draft_is_seen_by_its_maker_only() -> None:
    draft = unsigned_offer(price=fixed("3043.00"))
    sound(visit().get(f"/offers/{draft.code}"), status=404)
    sound(visit(mallory()).get(f"/offers/{draft.code}"), status=404)
    page = sound(visit(sara()).get(f"/offers/{draft.code}"))
    assert "Sign and publish" in page.words
    assert "Review trade" not in page.words


def test_the_quote_follows_the_answers_and_says_why_there_is_none() -> None:
    made = offer(price=fixed("3000.00"))
    client = visit(ben())
    assert b"0.082916" in client.get(f"/offers/{made.code}/quote?amount=250&unit=fiat&method=sepa-instant").content
    assert b"3,000.00" in client.get(f"/offers/{made.code}/quote?amount=1&unit=coin&method=sepa-instant").content
    assert (
        b"too small"
        in client.get(f"/offers/{made.code}/quote?amount=0.0000000000000001&unit=coin&method=sepa-instant").content
    )
    assert client.get(f"/offers/{made.code}/quote?amount=x").status_code == 200


def test_writing_an_offer_needs_an_account() -> None:
    answer = visit().get("/offers/new")
    assert (answer.status_code, answer["Location"]) == (302, "/signin?next=%2Foffers%2Fnew")
    assert visit().post("/offers/new", ANSWERS).status_code == 302
    assert not Offer.objects.exists()


def test_sara_writes_an_offer_with_plain_form_posts() -> None:
    client = visit(sara())
    sound(client.get("/offers/new"))
    answer = client.post("/offers/new", ANSWERS)
    made = Offer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/offers/{made.code}")
    assert (made.margin_bps, str(made.max_fiat), int(made.total_units)) == (140, "1250.5000", 25 * 10**17)
    assert sorted(made.methods.values_list("slug", flat=True)) == ["sepa-instant", "wise"]
    assert made.state == "draft"
    assert made.payment_window == 7200


def test_below_market_is_a_negative_margin_and_a_fixed_price_is_fixed() -> None:
    client = visit(sara())
    client.post("/offers/new", {**ANSWERS, "direction": "below", "margin": "0.3"})
    assert Offer.objects.get().margin_bps == -30
    client.post("/offers/new", {**ANSWERS, "price_type": "fixed", "fixed_price": "3 050,00"})
    assert str(Offer.objects.latest("id").fixed_price) == "3050.0000000000"


def test_whatever_is_wrong_comes_back_at_once_with_every_answer_kept() -> None:
    wrong = {**ANSWERS, "margin": "", "min_fiat": "1,250", "max_fiat": "abc", "methods": [], "total_asset": "0"}
    page = sound(visit(sara()).post("/offers/new", wrong), status=422)
    for words in ("There is a problem", "Enter a margin", "1,250.00 or as 1.25", "in digits", "above zero"):
        assert words in page.words, words
    values = {control.get("name"): control.get("value") for control in page.controls}
    assert (values["min_fiat"], values["max_fiat"], values["total_asset"]) == ("1,250", "abc", "0")
    assert "Please pay within the hour." in page.text
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_fiat": "40"}, "smallest"),
        ({"methods": ["pix"]}, "does not move EUR"),
        ({"floor": "3000", "ceiling": "2000"}, "must not lie below the floor"),
        ({"total_asset": "0,0000000000000000001"}, "decimals"),
        ({"payment_window": "5"}, "valid choice"),
        ({"side": "steal"}, "valid choice"),
        ({"margin": "101"}, "100 or less"),
        ({"fallback": "100,5"}, "100 or less"),
        ({"terms_text": "x" * 2001}, "2000"),
        ({"min_finished_trades": "-1"}, "greater than or equal to 0"),
        ({"asset": "DOGE"}, "valid choice"),
    ],
)
def test_each_impossible_answer_is_named(change: dict[str, Any], words: str) -> None:
    page = sound(visit(sara()).post("/offers/new", {**ANSWERS, **change}), status=422)
    assert "There is a problem" in page.words
    assert words.lower() in page.words.lower(), page.words[:1500]


def test_a_price_far_from_the_market_needs_a_tick() -> None:
    far = {**ANSWERS, "price_type": "fixed", "fixed_price": "2000.00"}
    page = sound(visit(sara()).post("/offers/new", far), status=422)
    assert "33.3% below market" in page.words
    assert "I know that this price is far from the market" in page.words
    assert visit(sara()).post("/offers/new", {**far, "accept_far_price": "on"}).status_code == 302


def test_another_currency_shows_its_methods_and_judges_nothing() -> None:
    page = sound(visit(sara()).post("/offers/new", {**ANSWERS, "currency": "BRL", "margin": "", "look": "1"}))
    assert "Pix" in page.words
    assert "There is a problem" not in page.words
    values = {control.get("name"): control.get("value") for control in page.controls}
    assert values["max_fiat"] == "1 250,50"


def test_editing_needs_the_version_that_was_seen() -> None:
    made = offer(price=margin(140))
    client = visit(sara())
    page = sound(client.get(f"/offers/{made.code}/edit"))
    assert "running trades keep what was signed" in page.words.lower()
    stale = client.post(f"/offers/{made.code}/edit", {**ANSWERS, "version": "7"})
    sound(stale, status=409)
    done = client.post(f"/offers/{made.code}/edit", {**ANSWERS, "margin": "2", "version": "1"})
    assert done.status_code == 302
    made.refresh_from_db()
    assert (made.margin_bps, made.version, made.state) == (200, 2, "draft")


@pytest.mark.parametrize("path", ["edit", "switch/pause", "switch/close"])
def test_mallory_changes_no_offer_of_sara(path: str) -> None:
    made = offer(price=margin(140))
    answer = visit(mallory()).post(f"/offers/{made.code}/{path}", {**ANSWERS, "version": "1"})
    sound(answer, status=403)
    made.refresh_from_db()
    assert (made.state, made.version) == ("active", 1)


def test_an_offer_is_paused_resumed_and_closed_by_its_switches() -> None:
    made = offer(price=margin(140))
    client = visit(sara())
    for deed, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        answer = client.post(f"/offers/{made.code}/switch/{deed}", {"version": "1"})
        assert (answer.status_code, answer["Location"]) == (302, "/me/offers")
        made.refresh_from_db()
        assert made.state == state
    page = sound(client.get("/me/offers"))
    assert "Closed. Running trades go on." in page.words
    assert client.post(f"/offers/{made.code}/switch/burn", {"version": "1"}).status_code == 404
    assert client.get(f"/offers/{made.code}/switch/pause").status_code == 405


def test_my_offers_show_state_price_and_what_is_left() -> None:
    assert "You have no offers" in sound(visit(ben()).get("/me/offers")).words
    offer(price=margin(140))
    unsigned_offer(price=fixed("3010.00"))
    page = sound(visit(sara()).get("/me/offers"))
    for words in ("Active", "Not signed yet", "3,042.00 EUR", "2.00 ETH", "Sign and publish"):
        assert words in page.words, words


def test_a_copy_begins_with_ones_own_answers_only() -> None:
    made = offer(price=margin(140), terms_text="Copied words")
    assert "Copied words" in sound(visit(sara()).get(f"/offers/new?copy={made.code}")).text
    assert "Copied words" not in sound(visit(ben()).get(f"/offers/new?copy={made.code}")).text
