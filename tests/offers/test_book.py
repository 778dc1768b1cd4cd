"""The book as a visitor reads it: order, pages, filters, and the reason beside what cannot be taken."""

from decimal import Decimal
from typing import Any

import pytest

from exchange.core import clock
from exchange.offers.book import book
from exchange.offers.models import Offer
from tests.builders import ben, market_price, sara
from tests.offers.shelves import ETHER, Wish, floating, plain, store, walk

pytestmark = pytest.mark.django_db


def codes(**query: Any) -> list[str]:
    return [row.code for row in walk(limit=50, **query)]


def test_buyers_see_the_cheapest_first_and_sellers_the_dearest() -> None:
    cheap, dear = plain(price="2900"), plain(price="3100")
    low, high = plain("buy", "2900"), plain("buy", "3100")
    assert codes(side="buy") == [cheap.code, dear.code]
    assert codes(side="sell") == [high.code, low.code]


def test_equal_prices_come_by_age() -> None:
    market_price("3000")
    made = [plain(), floating(0), floating(100, ceiling="3000"), floating(-100, floor="3000"), plain()]
    assert codes(side="buy") == [one.code for one in made]


def test_a_list_read_while_the_price_moves_has_neither_gaps_nor_repeats() -> None:
    market_price("3000")
    made = [plain(price="3010"), floating(50), floating(-50), plain(price="2990"), floating(20, floor="2995")]
    first = book(side="buy", asset="ETH", currency="EUR", now=clock.now(), limit=2)
    market_price("3300")
    second = book(side="buy", asset="ETH", currency="EUR", now=clock.now(), limit=9, cursor=first.next)
    seen = [row.code for row in (*first.items, *second.items)]
    assert sorted(seen) == sorted(one.code for one in made)
    assert {row.price for row in second.items if row.price_type == "margin"} <= {
        Decimal("3316.5"),
        Decimal("3283.5"),
        Decimal("3306.6"),
    }


def test_while_the_market_is_stale_floating_offers_stand_last_paused() -> None:
    market_price("3000", age=3600)
    floating_one, fixed_one = floating(-500), plain(price="9000")
    first, last = list(walk(side="buy", limit=1))
    assert (first.code, first.takeable, first.price) == (fixed_one.code, True, Decimal(9000))
    assert (last.code, last.takeable, last.price, last.reason_code) == (
        floating_one.code,
        False,
        None,
        "price_paused",
    )


def test_a_row_tells_what_the_asked_amount_brings() -> None:
    market_price("3000")
    plain(price="3030")
    (row,) = walk(side="buy", amount=Decimal("250.00"), limit=5)
    assert row.units == 250 * ETHER // 3030
    assert row.buyer_gets == row.units - row.units * 50 // 10_000
    assert row.against_market_bps == 100
    assert [(one.slug, one.name) for one in row.methods] == [("sepa-instant", "SEPA Instant")]
    assert (row.maker.address, row.maker.label) == (sara().address, "Sara")
    assert (row.minor_units, row.decimals) == (2, 18)


def test_the_most_that_can_be_taken_is_what_is_left() -> None:
    plain(price="3000", remaining_units=ETHER // 3)
    (row,) = walk(side="buy", limit=5)
    # A third of a coin, cut, is what 1000.00 EUR buy, cut.
    assert row.max_fiat == Decimal("1000.00")
    assert codes(side="buy", amount=Decimal("1000.00")) == [row.code]
    assert codes(side="buy", amount=Decimal("1000.01")) == []
    Offer.objects.update(remaining_units=ETHER // 3 - 1)
    (row,) = walk(side="buy", limit=5)
    assert row.max_fiat == Decimal("999.99")
    assert codes(side="buy", amount=Decimal("1000.00")) == []


def test_an_offer_vanishes_when_less_than_its_smallest_trade_is_left() -> None:
    made = plain(price="3000", remaining_units=ETHER // 30)
    assert codes(side="buy") == [made.code]
    Offer.objects.update(remaining_units=ETHER // 31)
    assert codes(side="buy") == []


def test_ones_own_offer_is_shown_with_the_reason_why_it_cannot_be_taken() -> None:
    plain()
    (row,) = walk(side="buy", viewer=sara().account, limit=5)
    assert (row.takeable, row.reason, row.reason_code) == (False, "This is your own offer.", "own_offer")
    (row,) = walk(side="buy", viewer=ben().account, limit=5)
    assert (row.takeable, row.reason) == (True, None)


def test_a_condition_the_viewer_fails_is_named() -> None:
    plain(min_finished_trades=5)
    (row,) = walk(side="buy", viewer=ben().account, finished_trades=2, limit=5)
    assert row.reason == "Needs 5 finished trades; you have 2."
    (row,) = walk(side="buy", limit=5)
    assert row.takeable
    assert row.min_finished_trades == 5


def test_offers_of_suspended_makers_are_not_listed() -> None:
    plain()
    who = sara().account
    who.is_active = False
    who.save()
    assert codes(side="buy") == []


def test_methods_and_countries_narrow_the_book() -> None:
    instant = plain()
    portuguese = store(Wish(fixed="3001", methods=("mb-way",)))
    anywhere = store(Wish(fixed="3002", methods=("cash-in-person",)))
    assert codes(side="buy", method="mb-way") == [portuguese.code]
    assert codes(side="buy", method=["mb-way", "sepa-instant"]) == [instant.code, portuguese.code]
    assert codes(side="buy", country="pt") == [instant.code, portuguese.code, anywhere.code]
    assert codes(side="buy", country="US") == [anywhere.code]
    assert codes(side="buy", country="US", method="mb-way") == []
    assert codes(side="buy", method="no-such-method") == []


def test_the_offers_of_one_maker_can_be_listed() -> None:
    mine = plain()
    other = plain(maker=ben().account)
    assert codes(side="buy", maker=sara().account) == [mine.code]
    assert codes(side="buy", maker=ben().account) == [other.code]


def test_a_page_takes_few_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    market_price("3000")
    for _ in range(5):
        plain()
    with django_assert_max_num_queries(5):
        book(side="buy", asset="ETH", currency="EUR", now=clock.now(), limit=5)
