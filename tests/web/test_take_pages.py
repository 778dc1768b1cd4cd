"""Taking an offer with plain form posts: check, start, and what happens when the world has moved."""

import re
from decimal import Decimal

import pytest

from exchange.offers import actions
from exchange.offers.models import Offer
from exchange.trades.models import Trade
from tests.builders import ben, catalog, fixed, margin, market_price, offer, sara
from tests.trade_builders import deployed
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
ASK = {"amount": "250", "unit": "fiat", "method": "sepa-instant"}


@pytest.fixture(autouse=True)
def market() -> None:
    catalog()
    market_price("3000")
    deployed()


def quote_in(content: bytes) -> str:
    found = re.search(r'name="quote" value="([^"]+)"', content.decode())
    assert found
    return found.group(1).replace("&quot;", '"')


def test_the_answers_are_checked_before_anything_is_stored() -> None:
    made = offer(price=margin(140))
    answer = visit(ben()).get(f"/offers/{made.code}/take", ASK)
    page = sound(answer)
    assert page.h1 == ["Check your trade"]
    for words in (
        "You pay 250.00 EUR",
        "You get 0.081771 ETH",
        "3,042.00 EUR, 1.4% above market. You pay more than market.",
        "Market 3,000.00 EUR",
        "0.00041 ETH (0.5%)",
        "None for you",
        "SEPA Instant cannot be reversed",
        "Start trade: buy 0.081771 ETH",
    ):
        assert words in page.words, words
    assert page.words.count("Change") == 2
    assert not Trade.objects.exists()


def test_one_post_starts_the_trade_and_leads_to_its_room() -> None:
    made = offer(price=margin(140))
    client = visit(ben())
    quote = quote_in(client.get(f"/offers/{made.code}/take", ASK).content)
    answer = client.post(f"/offers/{made.code}/take", {**ASK, "quote": quote})
    trade = Trade.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/trades/{trade.code}")
    assert trade.amount_fiat == Decimal(250)
    assert trade.price == Decimal(3042)
    page = sound(client.get(answer["Location"]))
    assert "Sign the terms to start the trade" in page.words


def test_coins_can_be_asked_for_instead_of_money() -> None:
    made = offer(price=fixed("3000.00"))
    client = visit(ben())
    ask = {**ASK, "amount": "0,1", "unit": "coin"}
    assert "300.00 EUR" in sound(client.get(f"/offers/{made.code}/take", ask)).words
    client.post(f"/offers/{made.code}/take", ask)
    assert int(Trade.objects.get().amount) == 10**17


def test_visitors_see_all_costs_and_are_led_to_the_sign_in() -> None:
    made = offer(price=fixed("3000.00"))
    page = sound(visit().get(f"/offers/{made.code}/take", ASK))
    assert "Connect wallet to start" in page.words
    assert any(link.startswith("/signin?next=/offers/") for link in page.links)
    answer = visit().post(f"/offers/{made.code}/take", ASK)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin")
    assert not Trade.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "5"}, "This offer starts at 100.00 EUR."),
        ({"amount": "5000"}, "This offer ends at 3000.00 EUR."),
        ({"amount": ""}, "required"),
        ({"amount": "250,505"}, "250,505.00 or as 250.505"),
        ({"amount": "250,5055"}, "at most 2 decimals"),
        ({"amount": "lots"}, "in digits"),
        ({"method": "pix"}, "valid choice"),
        ({"unit": "beans"}, "valid choice"),
    ],
)
def test_bad_answers_come_back_to_the_offer_with_the_answer_kept(change: dict[str, str], words: str) -> None:
    made = offer(price=fixed("3000.00"))
    ask = {**ASK, **change}
    for answer in (
        visit(ben()).get(f"/offers/{made.code}/take", ask),
        visit(ben()).post(f"/offers/{made.code}/take", ask),
    ):
        page = sound(answer, status=422)
        assert "There is a problem" in page.words
        assert words in page.words, page.words[:600]
        (amount,) = [control for control in page.controls if control.get("name") == "amount"]
        assert amount.get("value", "") == ask["amount"]
    assert not Trade.objects.exists()


def test_a_moved_price_is_a_choice_without_a_default() -> None:
    made = offer(price=margin(0))
    client = visit(ben())
    quote = quote_in(client.get(f"/offers/{made.code}/take", ASK).content)
    market_price("3300")
    answer = client.post(f"/offers/{made.code}/take", {**ASK, "quote": quote})
    page = sound(answer, status=409)
    assert page.h1 == ["The price changed"]
    for words in ("It was 3,000.00 EUR and is now 3,300.00 EUR", "Keep 250.00 EUR", "Keep 0.083333 ETH", "275.00 EUR"):
        assert words in page.words, words
    assert not Trade.objects.exists()
    fresh = quote_in(answer.content)
    kept = client.post(
        f"/offers/{made.code}/take",
        {"amount": "0.083333333333333333", "unit": "coin", "method": "sepa-instant", "quote": fresh},
    )
    assert kept.status_code == 302
    assert Trade.objects.get().amount_fiat == Decimal(275)


def test_a_forged_or_foreign_quote_is_refused() -> None:
    made, other = offer(price=fixed("3000.00")), offer(price=fixed("3001.00"))
    client = visit(ben())
    foreign = quote_in(client.get(f"/offers/{other.code}/take", ASK).content)
    for quote in (foreign, "nonsense", foreign[:-3]):
        assert client.post(f"/offers/{made.code}/take", {**ASK, "quote": quote}).status_code == 422
    assert not Trade.objects.exists()


def test_an_offer_that_is_gone_leads_to_similar_ones() -> None:
    made = offer(price=fixed("3000.00"))
    other = offer(price=fixed("3010.00"))
    client = visit(ben())
    client.get(f"/offers/{made.code}/take", ASK)
    actions.close(made, by=sara().account, version=1, now=made.updated_at)
    page = sound(client.post(f"/offers/{made.code}/take", ASK), status=409)
    assert page.h1 == ["This offer is gone."]
    assert "who else takes 250.00 EUR" in page.words
    assert any(other.code in link for link in page.links)
    assert not any(link.startswith(f"/offers/{made.code}") for link in page.links)


def test_somebody_was_faster() -> None:
    made = offer(price=fixed("3000.00"))
    Offer.objects.filter(pk=made.pk).update(remaining_units=10**10)
    page = sound(visit(ben()).post(f"/offers/{made.code}/take", ASK), status=409)
    assert "Somebody was faster" in page.h1[0]


def test_a_changed_offer_is_shown_again_before_it_is_taken() -> None:
    made = offer(price=fixed("3000.00"))
    client = visit(ben())
    quote = quote_in(client.get(f"/offers/{made.code}/take", ASK).content)
    changed = actions.edit(made, by=sara().account, version=1, changes={"terms_text": "New words"}, now=made.updated_at)
    actions.sign(changed, by=sara().account, signature=sara().sign(changed.typed_data), now=made.updated_at)
    page = sound(client.post(f"/offers/{made.code}/take", {**ASK, "quote": quote}), status=409)
    assert "The maker has changed this offer" in page.words
    assert "New words" in page.words
    assert not Trade.objects.exists()


def test_nobody_takes_their_own_offer() -> None:
    made = offer(price=fixed("3000.00"))
    sound(visit(sara()).post(f"/offers/{made.code}/take", ASK), status=403)


def test_a_take_from_another_site_is_refused() -> None:
    made = offer(price=fixed("3000.00"))
    client = visit(ben())
    client.handler.enforce_csrf_checks = True
    page = sound(client.post(f"/offers/{made.code}/take", ASK), status=403)
    assert "another site" in page.words
    assert not Trade.objects.exists()
