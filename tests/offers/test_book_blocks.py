"""Who blocks somebody never meets their offers, on no page, in no order; whom others block sees what strangers see."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.accounts.regards import regard
from exchange.api.render.offers import reading_as
from exchange.core import clock
from tests.builders import ben, carol, catalog, mallory, market_price, sara
from tests.offers.shelves import Asked, Wish, brute_force, store, walk

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MAKERS = {"sara": sara, "carol": carol, "mallory": mallory}
PRICES = ["2955", "3000", "3030", "3045"]

wishes = st.one_of(
    st.builds(Wish, side=st.just("sell"), fixed=st.sampled_from(PRICES), trust=st.sampled_from([0, 9617])),
    st.builds(
        Wish,
        kind=st.just("margin"),
        side=st.sampled_from(["sell", "buy"]),
        bps=st.sampled_from([-150, 0, 100]),
        floor=st.none() | st.just("3000"),
        ceiling=st.none() | st.just("3030"),
        speed=st.sampled_from([30, 900]),
    ),
    st.builds(Wish, kind=st.just("formula"), gives=st.none() | st.sampled_from(PRICES)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(st.tuples(wishes, st.sampled_from(sorted(MAKERS))), max_size=12),
    blocks=st.sets(st.sampled_from(sorted(MAKERS))),
    blocked_by=st.sets(st.sampled_from(sorted(MAKERS))),
    trusts=st.sets(st.sampled_from(sorted(MAKERS))),
    asked=st.builds(
        Asked,
        side=st.sampled_from(["buy", "sell"]),
        amount=st.none() | st.just(Decimal(250)),
        takeable=st.booleans(),
        sort=st.sampled_from(["price", "price", "newest", "trust", "speed"]),
    ),
    market=st.none() | st.just("3000"),
    limit=st.integers(1, 4),
)
def test_every_page_of_a_reader_is_the_book_without_those_they_block(
    made: list[tuple[Wish, str]],
    blocks: set[str],
    blocked_by: set[str],
    trusts: set[str],
    asked: Asked,
    market: str | None,
    limit: int,
) -> None:
    catalog()
    with transaction.atomic():
        offers = {
            name: [store(wish, maker=MAKERS[name]().account) for wish, by in made if by == name] for name in MAKERS
        }
        if market is not None:
            market_price(market)
        for kind, names in (("trust", trusts), ("block", blocks)):
            for name in names:
                regard(MAKERS[name]().account, by=ben().account, kind=kind, note="", now=clock.now())
        for name in blocked_by:
            regard(ben().account, by=MAKERS[name]().account, kind="block", note="", now=clock.now())
        reader = reading_as(ben().account)
        rows = list(walk(**asked.query(), **reader, limit=limit))
        seen = [one for name in MAKERS if name not in blocks for one in offers[name]]
        assert [row.code for row in rows] == brute_force(seen, asked)
        assert not {row.maker.id for row in rows} & {MAKERS[name]().account.pk for name in blocks}
        everybodys = list(walk(**asked.query(), limit=limit))
        assert [row.code for row in everybodys] == brute_force([one for each in offers.values() for one in each], asked)
        transaction.set_rollback(True)
