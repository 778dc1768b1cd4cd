"""Bad questions to the book, and one row of it for any offer."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.signing import Signer

from exchange.core import clock
from exchange.core.errors import Invalid, NotFound
from exchange.offers import actions
from exchange.offers.book import book
from exchange.offers.book_rows import row_of
from exchange.prices import queries as prices
from tests.builders import ben, catalog, fixed, market_price, offer, sara, unsigned_offer

pytestmark = pytest.mark.django_db


def ask(**changes: Any) -> Any:
    catalog()
    facts = {"side": "buy", "asset": "ETH", "currency": "EUR", "now": clock.now()}
    return book(**{**facts, **changes})


def test_an_empty_book_is_an_empty_page() -> None:
    page = ask()
    assert (page.items, page.next) == ([], None)
    assert page.market.is_stale


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"side": "hold"}, "/side"),
        ({"country": "XX"}, "/country"),
        ({"country": "Portugal"}, "/country"),
        ({"limit": 0}, "/limit"),
        ({"limit": 101}, "/limit"),
        ({"cursor": "x"}, "/cursor"),
        ({"cursor": "e30:forged"}, "/cursor"),
        ({"cursor": "💥"}, "/cursor"),
        ({"cursor": Signer(salt="other").sign_object({"l": "sell/ETH/EUR"})}, "/cursor"),
    ],
)
def test_bad_questions_are_answered_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(**changes)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize("changes", [{"asset": "BTC"}, {"currency": "XYZ"}])
def test_an_unknown_pair_is_not_found(changes: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        ask(**changes)


def test_a_cursor_belongs_to_its_list() -> None:
    for _ in range(2):
        offer()
    cursor = ask(limit=1).next
    assert ask(limit=1, cursor=cursor).next is None
    with pytest.raises(Invalid):
        ask(limit=1, cursor=cursor, side="sell")
    with pytest.raises(Invalid):
        ask(limit=1, cursor=cursor, currency="USD")


def test_codes_may_be_written_small() -> None:
    made = offer()
    assert [row.code for row in ask(asset="eth", currency="eur").items] == [made.code]


def test_one_offer_is_a_row_whatever_its_state() -> None:
    market_price("3000")
    market = prices.market("ETH", "EUR", now=clock.now())
    made = offer(price=fixed("3060"))
    row = row_of(made, market=market, now=clock.now(), amount=Decimal(306), viewer=ben().account, finished_trades=0)
    assert (row.takeable, row.units, row.against_market_bps) == (True, 10**17, 200)
    closed = actions.close(made, by=sara().account, version=1, now=clock.now())
    assert row_of(closed, market=market, now=clock.now()).reason_code == "offer_gone"
    assert row_of(unsigned_offer(), market=market, now=clock.now(), viewer=sara().account).reason_code == "offer_gone"
