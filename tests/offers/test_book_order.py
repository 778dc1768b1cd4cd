"""The book against brute force: the same offers in the same order, whatever the prices, filters and page sizes."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.core import clock
from exchange.offers.book import count, rank
from exchange.offers.models import SPEED_UNKNOWN
from exchange.reputation.models import Standing
from tests.builders import catalog, market_price, sara
from tests.offers.shelves import ETHER, Asked, Wish, brute_force, store, walk

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Few distinct numbers, so that ties, and prices exactly on a floor or ceiling, are frequent.
PRICES = ["2850", "2955", "2970", "3000", "3000.0000000001", "3030", "3045", "3150"]
MARGINS = [-500, -150, -149, 0, 1, 100, 150, 500]


@st.composite
def wishes(pick: st.DrawFn) -> Wish:
    kind = pick(st.sampled_from(["fixed", "margin", "margin", "formula"]))
    floor, ceiling = pick(st.none() | st.sampled_from(PRICES)), pick(st.none() | st.sampled_from(PRICES))
    if floor is not None and ceiling is not None and Decimal(floor) > Decimal(ceiling):
        floor, ceiling = ceiling, floor
    is_fixed, is_formula = kind == "fixed", kind == "formula"
    least = pick(st.sampled_from([1, 100, 250]))
    return Wish(
        kind=kind,
        side=pick(st.sampled_from(["sell", "sell", "buy"])),
        fixed=pick(st.sampled_from(PRICES)) if is_fixed else None,
        bps=pick(st.sampled_from(MARGINS)) if kind == "margin" else None,
        gives=pick(st.none() | st.sampled_from(PRICES)) if is_formula else None,
        is_stale=pick(st.sampled_from([False, False, True])),
        floor=None if is_fixed else floor,
        ceiling=None if is_fixed else ceiling,
        min_fiat=least,
        max_fiat=pick(st.sampled_from([250, 300, 5000])),
        remaining=pick(st.sampled_from([0, ETHER // 30, ETHER // 12, ETHER // 10, 2 * ETHER])),
        methods=pick(st.sampled_from([("sepa",), ("sepa-instant",), ("sepa", "bizum")])),
        state=pick(st.sampled_from(["active"] * 6 + ["paused", "closed"])),
        visibility=pick(st.sampled_from(["public"] * 5 + ["link"])),
        hidden=pick(st.sampled_from([""] * 6 + ["break", "hours", "empty"])),
        country=pick(st.sampled_from(["", "", "ES", "PT"])),
        needs=pick(st.sampled_from([0, 0, 1])),
        first=pick(st.none() | st.just(250)) if least <= 250 else None,
        trust=pick(st.sampled_from([0, 0, 7225, 9617])),
        speed=pick(st.sampled_from([30, 30, 900, SPEED_UNKNOWN])),
    )


@settings(max_examples=90, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(wishes(), max_size=14),
    market=st.none() | st.sampled_from(["2950", "3000", "3000.0000000001", "2999.99999"]),
    asked=st.builds(
        Asked,
        side=st.sampled_from(["buy", "sell"]),
        amount=st.none() | st.sampled_from([Decimal(100), Decimal(250), Decimal("299.99"), Decimal(6000)]),
        method=st.none() | st.sampled_from(["sepa", "bizum"]),
        country=st.none() | st.just("ES"),
        trades=st.sampled_from([0, 0, 0, 3, 4]),
        takeable=st.booleans(),
        sort=st.sampled_from(["price", "price", "newest", "trust", "speed"]),
    ),
    limit=st.integers(1, 5),
)
def test_every_page_holds_exactly_what_a_sort_of_all_offers_would_put_there(
    made: list[Wish], market: str | None, asked: Asked, limit: int
) -> None:
    catalog()
    with transaction.atomic():
        Standing.objects.create(account=sara().account, finished=3, updated_at=clock.now())
        offers = [store(wish) for wish in made]
        if market is not None:
            market_price(market)
        expected = brute_force(offers, asked, finished=3)
        rows = list(walk(**asked.query(), limit=limit))
        assert [row.code for row in rows] == expected
        assert all(row.takeable for row in rows) or not asked.takeable
        assert count(**asked.query(), asset="ETH", currency="EUR", now=clock.now()) == len(expected)
        mine = Decimal(3000)
        worse = [
            row
            for row in rows
            if row.price is not None and (row.price <= mine if asked.side == "buy" else row.price >= mine)
        ]
        assert rank(mine, **asked.query(), asset="ETH", currency="EUR", now=clock.now()) == 1 + len(worse)
        transaction.set_rollback(True)
