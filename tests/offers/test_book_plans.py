"""The plan of a page at 20,000 offers: index scans only, and work that does not grow with the book.

`BOOK_OFFERS=100000 pytest tests/offers/test_book_plans.py` (`make test-plans`) asks the same of a hundred thousand.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from bench._offers import seed
from exchange.core import clock
from exchange.offers.book import page_sql
from tests.builders import catalog, market_price

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OFFERS = int(os.environ.get("BOOK_OFFERS", "20000"))
LIMIT = 50


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        catalog()
        market_price("3000")
        seed(OFFERS, now=clock.now())
        yield
        transaction.set_rollback(True)


def plan_of(**asked: Any) -> dict[str, Any]:
    sql, params = page_sql(**{"asset": "ETH", "currency": "EUR", "limit": LIMIT, "now": clock.now(), **asked})
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        (found,) = cursor.fetchone()
    return dict(found[0]["Plan"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def rows_read(plan: dict[str, Any]) -> int:
    """Return how many rows of offers and of their entries were looked at, shown or not."""
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes(plan)
        if node.get("Relation Name") in {"offers_offer", "offers_bookentry"}
    )


QUESTIONS: list[dict[str, Any]] = [
    {"side": "buy"},
    {"side": "sell"},
    {"side": "buy", "amount": Decimal(250)},
    {"side": "sell", "amount": Decimal(100), "takeable": True},
    {"side": "buy", "trades": 20},
    {"side": "buy", "method": "wise"},
    {"side": "buy", "method": "cash-by-mail"},
    {"side": "sell", "method": ["wise", "revolut"], "trades": 20},
    {"side": "sell", "method": "sepa-instant", "amount": Decimal(250)},
    {"side": "buy", "country": "ES"},
    {"side": "buy", "sort": "newest"},
    {"side": "sell", "sort": "trust", "amount": Decimal(100)},
    {"side": "buy", "sort": "speed", "amount": Decimal(250)},
]


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_no_page_reads_a_table_from_end_to_end(seeded: None, asked: dict[str, Any]) -> None:
    plan = plan_of(**asked)
    scanned = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
    assert scanned == set()
    used = {node["Index Name"] for node in nodes(plan) if "Index Name" in node}
    sort = "method" if "method" in asked else asked.get("sort")
    assert used & ({f"book_by_{sort}"} if sort else {"book_sell_fixed", "book_buy_fixed"})


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_a_page_looks_at_few_more_rows_than_it_shows(seeded: None, asked: dict[str, Any]) -> None:
    # Five runs of a page each, the rows themselves once more, and what amounts, trust and limits leave out.
    assert rows_read(plan_of(**asked)) <= 25 * LIMIT
