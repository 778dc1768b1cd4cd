"""The book's query is planned once a connection: planning it costs several times its execution."""

from decimal import Decimal

import pytest
from django.db import connection

from exchange.core import clock
from exchange.core.prepared import MOST_PREPARED
from exchange.offers.book import book
from tests.builders import market_price
from tests.offers.shelves import floating, plain, walk

pytestmark = pytest.mark.django_db


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%offers_offer%'")
        (found,) = cursor.fetchone()
    return int(found)


def test_questions_that_differ_in_amount_pair_and_place_are_one_prepared_query() -> None:
    market_price("3000")
    market_price("3300", pair=("ETH", "USD"))
    plain()
    floating(100)
    before = prepared()
    for amount, currency, limit in [("100", "EUR", 50), ("173.21", "EUR", 40), ("250", "USD", 26)]:
        book(side="buy", asset="ETH", currency=currency, amount=Decimal(amount), limit=limit, now=clock.now())
    assert prepared() == before + 1


def test_a_page_is_no_longer_than_asked_though_more_rows_are_read() -> None:
    made = [plain(price=f"{3000 + number}") for number in range(5)]
    page = book(side="buy", asset="ETH", currency="EUR", limit=2, now=clock.now())
    assert [row.code for row in page.items] == [one.code for one in made[:2]]
    assert [row.code for row in walk(side="buy", limit=2)] == [one.code for one in made]


def test_a_connection_keeps_few_prepared_queries() -> None:
    plain()
    for bits in range(2 * MOST_PREPARED):
        book(
            side="buy" if bits & 1 else "sell",
            asset="ETH",
            currency="EUR",
            amount=Decimal(250) if bits & 2 else None,
            takeable=bool(bits & 4),
            trades=bits & 8,
            country="ES" if bits & 16 else None,
            limit=50 if bits & 32 else 25,
            sort="newest" if bits & 64 else "price",
            now=clock.now(),
        )
    assert prepared() <= MOST_PREPARED
