"""Writing an offer with a draft that survives, a preview that tells the row and its rank, and every kind of price."""

import re
from typing import Any

import pytest

from exchange.offers import sketches
from exchange.offers.models import Offer, Sketch
from tests.builders import ben, catalog, fixed, mallory, market_price, offer, sara
from tests.web.test_offer_pages import ANSWERS
from tests.web.visiting import read, sound, visit

pytestmark = pytest.mark.django_db
FORMULA = "median(market(ETH/EUR), test-1(ETH/EUR)) * 1.01"


@pytest.fixture(autouse=True)
def market() -> None:
    catalog()
    market_price("3000")


def preview(**changes: Any) -> Any:
    return visit(sara()).post("/offers/preview", {**ANSWERS, **changes})


def test_the_preview_tells_price_row_and_rank_for_the_usual_amount() -> None:
    for number in range(4):
        offer(ben(), price=fixed(f"{3030 + 10 * number}.00"))
    words = read(preview(min_fiat="100", max_fiat="400")).words
    assert "3,042.00 EUR 1.4% above market" in words
    assert "3rd of 5 at 250.00 EUR" in words
    assert "100 to 400 EUR" in words
    assert "SEPA Instant" in words


def test_a_formula_shows_its_result_and_every_source_as_it_is_typed() -> None:
    page = read(preview(price_type="formula", formula=FORMULA))
    assert "3,030.00 EUR" in page.words
    for source in ("market", "test-1"):
        assert re.search(rf"{source}\(ETH/EUR\) 3000 \d+ s", page.words), page.words
    assert "At character 8" in read(preview(price_type="formula", formula="market(ETH/")).words or "At character"
    assert "Did you mean" in read(preview(price_type="formula", formula="markt(ETH/EUR)")).words


def test_a_far_price_names_the_loss_in_money_before_anything_is_sent() -> None:
    words = read(preview(price_type="fixed", fixed_price="2000", total_asset="3")).words
    assert "33.3% below market" in words
    assert "You would lose 3,000.00 EUR on 3 ETH" in words


def test_every_change_is_kept_and_a_reload_shows_it_again() -> None:
    client = visit(sara())
    answer = client.post("/offers/preview", {**ANSWERS, "max_fiat": "not yet", "terms_text": "Half a sen"})
    (sketch,) = Sketch.objects.all()
    assert answer["HX-Replace-Url"] == f"/offers/new?draft={sketch.code}"
    assert f'value="{sketch.code}"' in answer.content.decode()
    client.post("/offers/preview", {**ANSWERS, "draft": sketch.code, "max_fiat": "900"})
    assert Sketch.objects.count() == 1
    page = sound(visit(sara()).get(f"/offers/new?draft={sketch.code}"))
    values = {control.get("name"): control.get("value") for control in page.controls}
    assert values["max_fiat"] == "900"
    assert "Draft saved" in page.words
    assert "Sells ETH for EUR" in sound(client.get("/me/offers")).words
    made = client.post("/offers/new", {**ANSWERS, "draft": sketch.code})
    assert made["Location"] == f"/offers/{Offer.objects.get().code}"
    assert not Sketch.objects.exists()


def test_a_refused_form_is_kept_as_a_draft_too_and_one_button_keeps_it_without_script() -> None:
    client = visit(sara())
    sound(client.post("/offers/new", {**ANSWERS, "margin": ""}), status=422)
    assert Sketch.objects.get().answers["terms_text"] == ANSWERS["terms_text"]
    kept = client.post("/offers/new", {**ANSWERS, "margin": "", "keep": "1"})
    assert kept.status_code == 302
    assert kept["Location"].startswith("/offers/new?draft=")


def test_mallory_reads_keeps_and_deletes_no_draft_of_sara() -> None:
    preview()
    (sketch,) = Sketch.objects.all()
    client = visit(mallory())
    assert client.get(f"/offers/new?draft={sketch.code}").status_code == 404
    assert client.post("/offers/preview", {**ANSWERS, "draft": sketch.code}).status_code == 404
    assert client.post(f"/offers/drafts/{sketch.code}/delete").status_code == 404
    assert Sketch.objects.get().maker == sara().account
    assert visit(sara()).post(f"/offers/drafts/{sketch.code}/delete").status_code == 302
    assert not Sketch.objects.exists()


@pytest.mark.parametrize(
    "answers",
    [{}, {"asset": "DOGE"}, {"currency": "€"}, {"price_type": "x"}, {"margin": "1" * 500}, {"methods": ["\x00"]}],
)
def test_nonsense_in_the_preview_is_no_failure(answers: dict[str, Any]) -> None:
    assert visit(sara()).post("/offers/preview", answers).status_code == 200


def test_drafts_are_few_and_old_ones_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        assert preview().status_code == 200
    assert preview().status_code == 409
    Sketch.objects.update(updated_at="2026-01-01T00:00:00Z")
    assert preview().status_code == 200
    assert Sketch.objects.count() == 20
    from exchange.core import clock

    assert sketches.forget_old(now=clock.now()) == 19


def test_hours_country_first_trades_and_a_link_are_written_with_plain_form_posts() -> None:
    said = {
        "price_type": "formula",
        "formula": FORMULA,
        "open_from": "08:00",
        "open_until": "18:30",
        "open_days": ["1", "2"],
        "time_zone": "Europe/Madrid",
        "country": "ES",
        "first_trade_max": "200",
        "visibility": "link",
    }
    client = visit(sara())
    assert client.post("/offers/new", {**ANSWERS, **said}).status_code == 302
    made = Offer.objects.get()
    assert (made.formula, made.open_from, made.open_until, made.open_days) == (FORMULA, 480, 1110, 3)
    assert (made.time_zone, made.country, str(made.first_trade_max), made.visibility) == (
        "Europe/Madrid",
        "ES",
        "200.0000",
        "link",
    )
    page = sound(client.get(f"/offers/{made.code}/edit"))
    values = {control.get("name"): control.get("value") for control in page.controls}
    assert (values["open_from"], values["open_until"], values["time_zone"]) == ("08:00", "18:30", "Europe/Madrid")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"open_from": "08:00"}, "Give both times"),
        ({"open_from": "08:00", "open_until": "09:00"}, "in which time zone"),
        ({"open_from": "8", "open_until": "9", "time_zone": "UTC"}, "time of day"),
        ({"open_from": "08:00", "open_until": "08:00", "time_zone": "UTC"}, "must differ"),
        ({"open_from": "08:00", "open_until": "09:00", "time_zone": "Mars/Base"}, "no such time zone"),
        ({"first_trade_max": "1"}, "smallest trade"),
        ({"price_type": "formula"}, "Enter a formula"),
        ({"price_type": "formula", "formula": "kraken"}, "At character"),
        ({"visibility": "nobody"}, "valid choice"),
        ({"country": "XX"}, "valid choice"),
    ],
)
def test_each_impossible_condition_is_named(change: dict[str, Any], words: str) -> None:
    page = sound(visit(sara()).post("/offers/new", {**ANSWERS, **change}), status=422)
    assert words in page.words, page.words[:2000]


def test_several_offers_pause_at_once_and_a_break_hides_all() -> None:
    first, second, other = offer(), offer(), offer(ben())
    client = visit(sara())
    ticked = {"deed": "pause", "offers": [first.code, second.code, other.code]}
    page = sound(client.post("/me/offers/switch", ticked, follow=True))
    assert "Paused: 2 of 3 offers." in page.words
    assert "Only its maker may change an offer" in page.words
    other.refresh_from_db()
    assert other.state == "active"
    client.post("/me/offers/switch", {"deed": "resume", "offers": [first.code, second.code]})
    page = sound(client.post("/me/break", {"span": "hour"}, follow=True))
    assert "You take a break" in page.words
    assert f'data-offer="{first.code}"' not in visit().get("/buy/eth/eur").content.decode()
    page = sound(client.post("/me/break", {"span": "end"}, follow=True))
    assert "Take a break" in page.words
    assert f'data-offer="{first.code}"' in visit().get("/buy/eth/eur").content.decode()
    assert client.post("/me/break", {"span": "for ever"}).status_code == 404
    assert client.post("/me/offers/switch", {"deed": "burn"}).status_code == 404


def test_a_link_opens_the_offer_and_takes_the_taker_to_the_end() -> None:
    made = offer(visibility="link", price=fixed("3000.00"))
    assert visit(ben()).get(f"/offers/{made.code}").status_code == 404
    link = f"/offers/{made.code}?key={made.link_key}"
    assert link in sound(visit(sara()).get(f"/offers/{made.code}")).text
    page = visit(ben()).get(f"{link}&amount=250")
    sound(page)
    assert f'name="key" value="{made.link_key}"' in page.content.decode()
    review = visit(ben()).get(f"/offers/{made.code}/take?amount=250&unit=fiat&method=sepa-instant&key={made.link_key}")
    sound(review)
    assert f'name="key" value="{made.link_key}"' in review.content.decode()
