"""Every field of an offer over the API: formula, hours, link, first trades, breaks, several at once, all-in quotes."""

from typing import Any

import pytest

from exchange.offers.models import Offer
from tests.api.client import Api
from tests.api.matrix import OFFER
from tests.builders import ben, catalog, fixed, mallory, margin, market_price, offer, sara

pytestmark = pytest.mark.django_db
HOURS = {"start": "08:00", "end": "18:00", "time_zone": "Europe/Madrid", "days": [1, 2, 3]}
FORMULA = {"type": "formula", "text": "median(market(ETH/EUR), test-1(ETH/EUR)) * 1.01", "ceiling": "3100"}


@pytest.fixture(autouse=True)
def market() -> None:
    catalog()
    market_price("3000")


def make(**changes: Any) -> Any:
    return Api(sara().account)("POST", "/offers", {**OFFER, **changes})


def publish(made: Any) -> Any:
    body = {"signature": sara().sign(made["typed_data"])}
    return Api(sara().account)("POST", f"/offers/{made['id']}/signature", body).json()


def test_an_offer_with_every_field_is_made_shown_and_taken_apart_again() -> None:
    answer = make(
        price=FORMULA, working_hours=HOURS, country="es", first_trade_max="100", visibility="link", terms_text="Quick."
    )
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert made["price_rule"]["text"] == FORMULA["text"]
    assert made["working_hours"] == HOURS
    assert (made["country"], made["first_trade_max"], made["visibility"]) == ("ES", "100.00", "link")
    assert made["typed_data"]["message"]["workingHours"] == "08:00-18:00 123 Europe/Madrid"
    assert made["link"].endswith(f"/offers/{made['id']}?key={Offer.objects.get().link_key}")
    change = {"version": 1, "working_hours": None, "country": None, "first_trade_max": None}
    edited = Api(sara().account)("PATCH", f"/offers/{made['id']}", change).json()
    assert (edited["working_hours"], edited["country"], edited["first_trade_max"]) == (None, None, None)
    assert edited["price_rule"]["text"] == FORMULA["text"]


def test_a_link_is_needed_to_read_quote_and_take() -> None:
    made = publish(make(visibility="link").json())
    key = Offer.objects.get().link_key
    for caller in (Api(), Api(ben().account), Api(mallory().account)):
        assert caller("GET", f"/offers/{made['id']}").status_code == 404
        assert caller("GET", f"/offers/{made['id']}/quote?amount_fiat=250&key=guess").status_code == 404
        read = caller("GET", f"/offers/{made['id']}?key={key}").json()
        assert read["link"] is None
    body = {"amount_fiat": "250.00", "method": "sepa-instant"}
    taker = Api(ben().account)
    assert taker("POST", f"/offers/{made['id']}/take", body).status_code == 404
    assert taker("POST", f"/offers/{made['id']}/take", {**body, "key": key}).status_code == 201


def test_a_quote_names_market_sources_network_cost_deadlines_and_who_locks() -> None:
    made = offer()
    told = Api().get(f"/offers/{made.code}/quote?amount_fiat=250")
    assert told["market"]["price"] == "3000"
    assert len(told["market"]["sources"]) == 3
    assert told["network_cost"] == {"paid_by": "seller", "for_action": "fund", "gas": 60_000, "you_pay": False}
    assert told["locked_by"] == "maker"
    assert told["price_words"] == "at market"
    assert told["deadlines"]["lock_by"] < told["deadlines"]["pay_by"]


def test_a_floating_price_says_how_old_its_market_is_and_a_fixed_one_does_not() -> None:
    catalog()
    market_price("3000", age=7)
    market_price("1500", pair=("ETH", "USD"), age=20)
    still, moving = offer(price=fixed("2990.00")), offer(price=margin(100))
    elsewhere = offer(price=margin(100), currency="USD", methods=("wise",))
    rows = Api().get("/offers?side=buy&asset=ETH&currency=EUR")["items"]
    ages = {row["id"]: row["market_age"] for row in rows}
    assert ages[still.code] is None
    assert 7 <= ages[moving.code] <= 9
    mine = {row["id"]: row["market_age"] for row in Api(sara().account).get("/me/offers")["items"]}
    assert mine[still.code] is None
    assert 7 <= mine[moving.code] <= 9
    assert 20 <= mine[elsewhere.code] <= 22


def test_a_break_hides_and_shows() -> None:
    mine, other = offer(), offer(ben())
    caller = Api(sara().account)
    assert caller("POST", "/me/break", {"seconds": 3600}).json()["changed"] == 1
    assert [row["id"] for row in Api().get("/offers?side=buy")["items"]] == [other.code]
    assert caller("GET", f"/offers/{mine.code}").json()["hidden"] == "break"
    assert caller("DELETE", "/me/break").json() == {"on_break": False, "until": None, "changed": 1}


def test_filters_narrow_and_a_misspelt_one_is_refused_with_the_nearest_name() -> None:
    one = offer(country="ES")
    for query, found in (
        ("country=ES", 1),
        ("country=PT", 0),
        ("trades=1", 0),
        ("takeable=true", 1),
        ("method=sepa-instant&method=wise", 1),
        ("method=wise", 0),
    ):
        items = Api().get(f"/offers?side=buy&{query}")["items"]
        assert len(items) == found, query
    assert one.code
    refused = Api()("GET", "/offers?side=buy&metod=wise")
    assert refused.status_code == 422
    assert "Did you mean 'method'?" in refused.json()["errors"][0]["detail"]
    assert Api()("GET", "/offers?side=buy&trades=-1").status_code == 422
    assert Api()("GET", "/offers?side=buy&takeable=perhaps").status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"working_hours": {**HOURS, "start": "8"}},
        {"working_hours": {**HOURS, "days": []}},
        {"working_hours": {**HOURS, "time_zone": "Mars/Base"}},
        {"price": {"type": "formula", "text": "krakken(ETH/EUR)"}},
        {"price": {"type": "formula", "text": "1/0"}},
        {"country": "XX"},
        {"first_trade_max": "1"},
        {"visibility": "nobody"},
    ],
)
def test_each_impossible_field_is_refused_by_name(change: dict[str, Any]) -> None:
    answer = make(**change)
    if change.get("price", {}).get("text") == "1/0":
        # A formula may give nothing just now: it is kept, parked with the reason.
        assert answer.status_code == 201
        return
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize("prices", [[fixed("3000.00")], [fixed("3000.00"), margin(100), margin(-100)]])
def test_ones_own_offers_take_few_queries_however_many_they_are(
    prices: list[Any], django_assert_num_queries: Any
) -> None:
    catalog()
    market_price("3000")
    made = [offer(price=price) for price in prices]
    api = Api(sara().account)
    api.get("/me/offers")
    # Who asks, the offers, the market, the rows.
    with django_assert_num_queries(4):
        shown = api.get("/me/offers")["items"]
    assert {row["id"] for row in shown} == {one.code for one in made}
    assert {(row["takeable"], row["reason"]) for row in shown} == {(False, "This is your own offer.")}
