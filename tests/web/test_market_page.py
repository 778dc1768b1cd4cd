"""The marketplace: for everyone, without scripts, with reasons instead of dead ends."""

from decimal import Decimal

import pytest

from exchange.accounts import regards
from exchange.core import clock, outbox
from exchange.core.errors import Invalid
from exchange.notifications.models import Notification
from exchange.offers import actions
from exchange.offers.book import book
from exchange.offers.models import Offer, SavedSearch
from exchange.prices.models import Reading
from exchange.reputation.models import Standing
from tests.builders import ben, catalog, fixed, mallory, margin, market_price, offer, sara
from tests.web.visiting import read, sound, visit

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7|add:7 }}'


@pytest.fixture(autouse=True)
def market() -> None:
    catalog()
    market_price("3000")


def test_the_market_is_readable_without_an_account() -> None:
    offer(price=fixed("3043.00"))
    page = sound(visit().get("/buy/eth/eur?amount=250"))
    assert page.h1 == ["Buy ETH for EUR"]
    for words in ("Sara", "3,043.00 EUR", "1.4% above market", "100 to 3,000 EUR", "SEPA Instant", "Buy ETH"):
        assert words in page.words, words
    # 250 / 3043, less the fee of half a percent, cut.
    assert "0.081744 ETH" in page.words
    assert "median of 3 sources" in page.words


def test_the_home_page_shows_the_pair_last_looked_at() -> None:
    client = visit()
    client.get("/sell/dusd/eur")
    page = sound(client.get("/"))
    assert page.h1 == ["Buy DUSD for EUR"]


def test_a_broken_cookie_of_the_pair_is_ignored() -> None:
    client = visit()
    for value in ("", "x", "ETH-", "../..-EUR", "ETH-EURO", "😀-EUR"):
        client.cookies["parley_pair"] = value.encode("ascii", "ignore").decode()
        assert sound(client.get("/")).h1 == ["Buy ETH for EUR"]


def test_a_sent_filter_leads_to_an_address_that_can_be_shared() -> None:
    answer = visit().get("/market?side=sell&asset=ETH&currency=EUR&amount=1%20250,50&method=sepa-instant")
    assert answer.status_code == 302
    assert answer["Location"] == "/sell/eth/eur?amount=1250.5&method=sepa-instant"


def test_a_fragment_request_gets_the_list_and_the_address_to_show() -> None:
    offer(price=fixed("3043.00"))
    answer = visit(**{"HX-Request": "true"}).get("/market?side=buy&asset=ETH&currency=EUR&amount=250")
    assert answer.status_code == 200
    assert answer["HX-Push-Url"] == "/buy/eth/eur?amount=250"
    assert b"<html" not in answer.content
    assert b"3,043.00" in answer.content


def test_an_ambiguous_amount_is_asked_about_and_kept() -> None:
    offer(price=fixed("3043.00"))
    page = sound(visit().get("/buy/eth/eur?amount=1,250"), status=422)
    assert "There is a problem" in page.h2[0]
    assert "1,250.00 or as 1.25" in page.words
    (amount,) = [control for control in page.controls if control.get("name") == "amount"]
    assert amount["value"] == "1,250"
    assert amount["aria-invalid"] == "true"
    assert "#id_amount" in page.links


@pytest.mark.parametrize("query", ["amount=abc", "amount=-5", "amount=0", "amount=1e9", "method=carrier-pigeon"])
def test_bad_filters_are_named_and_never_a_failure(query: str) -> None:
    sound(visit().get(f"/buy/eth/eur?{query}"), status=422)


@pytest.mark.parametrize(
    "path", ["/buy/doge/eur", "/buy/eth/xxx", "/market?asset=DOGE", "/buy/eth/eur?cursor=nonsense"]
)
def test_what_is_not_traded_is_said_in_words(path: str) -> None:
    answer = visit().get(path)
    assert answer.status_code in {404, 422}
    sound(answer, status=answer.status_code)


def test_a_condition_the_reader_fails_stands_in_place_of_the_button() -> None:
    offer(price=fixed("3043.00"), min_finished_trades=5)
    Standing.objects.update_or_create(account=ben().account, defaults={"updated_at": clock.now()})
    page = sound(visit(ben()).get("/buy/eth/eur"))
    assert "Needs 5 finished trades; you have 0." in page.words
    assert "Your offer" in sound(visit(sara()).get("/buy/eth/eur")).words


def test_old_prices_pause_offers_that_follow_the_market() -> None:
    offer(price=margin(140))
    market_price("3000", age=120)
    page = sound(visit(ben()).get("/buy/eth/eur"))
    assert "Price paused" in page.words
    assert "The market price is too old" in page.words


def test_an_empty_book_offers_ways_to_ask_for_less_with_their_counts() -> None:
    offer(price=fixed("3043.00"))
    page = sound(visit().get("/buy/eth/eur?amount=250&method=wise"))
    assert "No seller takes 250.00 EUR by Wise right now" in page.words
    assert "Any method: 1 offer" in page.words
    assert "/buy/eth/eur?amount=250" in page.links
    page = sound(visit().get("/sell/eth/usd"))
    assert "No buyer is here right now" in page.words
    assert "/offers/new?side=sell&asset=ETH&currency=USD" in page.links


def test_a_price_that_leapt_says_that_it_waits() -> None:
    market_price("3000")
    Reading.objects.update(held=True)
    words = visit().get("/market/price/ETH/EUR").content.decode()
    assert "moved very far at once" in words


def test_long_books_come_in_pages() -> None:
    for number in range(27):
        offer(price=fixed(f"{3000 + number}.00"))
    first = sound(visit().get("/buy/eth/eur"))
    assert "27 offers" in first.words
    (next_page,) = [link for link in first.links if "cursor=" in link]
    second = sound(visit().get(f"/buy/eth/eur{next_page}"))
    assert "3,026.00 EUR" in second.words
    assert "3,000.00 EUR" not in second.words.split("Market", 1)[1].split("Demo", 1)[1]


def test_the_list_can_be_read_in_other_orders_and_the_filter_keeps_the_order() -> None:
    cheap, dear = offer(sara(), price=fixed("2900")), offer(ben(), price=fixed("3100"))
    Offer.objects.filter(pk=dear.pk).update(maker_trust=9000, maker_speed=60)
    for sort, first in (("price", cheap), ("trust", dear), ("speed", dear), ("newest", dear)):
        page = sound(visit().get(f"/buy/eth/eur?sort={sort}"))
        listed = [link for link in page.links if link.startswith("/offers/") and "/new" not in link]
        assert listed[0].startswith(f"/offers/{first.code}"), sort
    page = sound(visit().get("/buy/eth/eur?sort=trust&amount=250"))
    assert "most trusted first" in page.words
    assert "/buy/eth/eur?amount=250&sort=newest" in page.links
    assert "/buy/eth/eur?amount=250" in page.links
    kept = visit().get("/market?side=buy&asset=ETH&currency=EUR&amount=100&sort=trust")
    assert kept["Location"] == "/buy/eth/eur?amount=100&sort=trust"
    bad = visit().get("/buy/eth/eur?sort=luck")
    assert bad.status_code == 422


def test_a_cursor_of_one_order_is_none_of_another() -> None:
    for _ in range(3):
        offer(sara())
    first = book(side="buy", asset="ETH", currency="EUR", now=clock.now(), limit=1, sort="newest")
    with pytest.raises(Invalid) as refused:
        book(side="buy", asset="ETH", currency="EUR", now=clock.now(), limit=1, cursor=first.next)
    assert "/cursor" in refused.value.fields


def test_the_list_stays_still_and_tells_that_offers_changed() -> None:
    made = offer(price=fixed("3043.00"))
    page = visit().get("/buy/eth/eur?amount=250").content.decode()
    source = page.split('id="book-news"', 1)[1].split('data-src="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert "changed" not in read(visit().get(source)).words
    made.maker.offers.update(version=2)
    changed = visit().get(source).content.decode()
    assert "1 offer changed." in changed
    assert "/buy/eth/eur?amount=250" in changed


def test_the_market_line_can_be_fetched_alone() -> None:
    line = read(visit().get("/market/price/ETH/EUR"))
    assert "3,000.00 EUR" in line.words
    assert line.ids == ["market-line"]


def test_hostile_names_and_terms_stay_text() -> None:
    # The product refuses such a name; should one ever get in, the pages must not care.
    made = offer(price=fixed("3043.00"), terms_text=HOSTILE)
    type(made.maker).objects.filter(pk=made.maker_id).update(name=HOSTILE[:32])
    for path in ("/buy/eth/eur", f"/offers/{made.code}", f"/u/{made.maker.address}"):
        answer = visit(ben()).get(path)
        page = sound(answer)
        assert HOSTILE[:32] in page.text
        assert b"<script>alert" not in answer.content
        assert b"onerror=alert(2)>{{" not in answer.content


def test_what_you_get_for_an_amount_in_a_buyers_book() -> None:
    offer(ben(), side="buy", price=fixed("2900.00"))
    page = sound(visit(sara()).get("/sell/eth/eur?amount=290"))
    assert "3.3% below market" in page.words
    assert "0.10 ETH" in page.words
    assert Decimal("0.1") == Decimal(290) / Decimal(2900)


def news_of(path: str) -> str:
    page = visit().get(path).content.decode()
    return page.split('id="book-news"', 1)[1].split('data-src="', 1)[1].split('"', 1)[0].replace("&amp;", "&")


def test_a_price_that_moves_is_told_for_its_row_and_a_taken_offer_as_gone() -> None:
    moving, taken = offer(price=margin(140)), offer(price=fixed("3043.00"))
    source = news_of("/buy/eth/eur?amount=250")
    market_price("3100")
    actions.close(taken, by=sara().account, version=1, now=clock.now())
    told = visit().get(source).content.decode()
    assert f'data-code="{moving.code}" data-price="3,143.40\u00a0EUR"' in told
    assert f'data-code="{taken.code}" data-gone' in told
    assert "1 offer changed." in told


def test_a_row_that_fell_off_the_page_is_not_called_gone() -> None:
    made = [offer(price=fixed(f"{3010 + number}.00")) for number in range(3)]
    source = news_of("/buy/eth/eur") + f".{made[0].code}-0000.junk.{'A' * 9}-1234"
    Offer.objects.filter(pk=made[2].pk).update(min_fiat="2999.00")
    told = visit().get(source.replace("?seen", "?amount=250&seen")).content.decode()
    assert "data-gone" not in told


def test_filters_of_trust_country_and_what_i_can_take_narrow_the_list() -> None:
    plain_one = offer(price=fixed("3043.00"), country="ES")
    needy = offer(price=fixed("3044.00"), min_finished_trades=2)
    both = sound(visit(ben()).get("/buy/eth/eur"))
    assert "Spain" in both.words
    assert "Needs 2 finished trades" in both.words
    for query, codes in (
        ("takeable=on", [plain_one.code]),
        ("country=PT", [needy.code]),
        ("trades=1", []),
        ("country=ES&takeable=on", [plain_one.code]),
    ):
        page = visit(ben()).get(f"/buy/eth/eur?{query}")
        found = [code for code in (plain_one.code, needy.code) if f'data-offer="{code}"' in page.content.decode()]
        assert found == codes, query
    sound(visit().get("/buy/eth/eur?trades=-1"), status=422)


def test_a_saved_search_hears_of_a_new_offer_that_fits_and_of_no_other() -> None:
    client = visit(ben())
    said = {"side": "buy", "asset": "ETH", "currency": "EUR", "amount": "250", "method": "sepa-instant"}
    answer = client.post("/searches/save", said)
    assert (answer.status_code, answer["Location"]) == (302, "/buy/eth/eur?amount=250&method=sepa-instant")
    assert "Tell me of new offers" in sound(client.get("/buy/eth/eur")).words
    offer(price=fixed("3043.00"), methods=("wise",))
    offer(price=fixed("3043.00"), max_fiat="200.00")
    offer(price=fixed("3043.00"), visibility="link")
    offer(ben(), price=fixed("3043.00"))
    fitting = offer(price=fixed("3043.00"))
    outbox.dispatch()
    outbox.dispatch()
    assert [one.path for one in Notification.objects.all()] == [f"/offers/{fitting.code}"]
    (search,) = SavedSearch.objects.all()
    assert visit(mallory()).post(f"/searches/{search.pk}/delete").status_code == 404
    assert client.post(f"/searches/{search.pk}/delete").status_code == 302
    assert not SavedSearch.objects.exists()
    assert visit().post("/searches/save", said).status_code == 302


def test_whom_the_reader_blocks_is_neither_listed_nor_counted_nor_told_of() -> None:
    client, said = visit(ben()), {"side": "buy", "asset": "ETH", "currency": "EUR"}
    client.post("/searches/save", said)
    first = offer(price=fixed("3043.00"))
    outbox.dispatch()
    outbox.dispatch()
    assert Notification.objects.filter(account=ben().account).count() == 1
    seen = sound(client.get("/buy/eth/eur"))
    assert "1 offer" in seen.words
    assert "Sara" in seen.words
    regards.regard(sara().account, by=ben().account, kind="block", note="", now=clock.now())
    offer(price=fixed("3044.00"))
    outbox.dispatch()
    outbox.dispatch()
    assert Notification.objects.filter(account=ben().account).count() == 1
    page = sound(client.get("/buy/eth/eur"))
    assert "Sara" not in page.words
    # a row still on screen from before is told as gone
    news = client.get(news_of("/buy/eth/eur")).content.decode()
    assert f'data-code="{first.code}" data-gone' in news
    assert "You have blocked this trader" in sound(client.get(f"/offers/{first.code}")).words
    assert "Sara" in sound(visit(mallory()).get("/buy/eth/eur")).words
