"""The book against brute force: the same offers in the same order, whatever the prices, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.core import clock, money
from exchange.offers.book import book, count
from exchange.offers.book_rows import BookRow
from exchange.offers.models import Offer
from exchange.offers.pricing import effective_price, rule_of
from exchange.prices import queries as prices
from tests.builders import asset, ben, catalog, currency, market_price, method, sara

pytestmark = pytest.mark.django_db
NOW = clock.now()
ETHER = 10**18

# Few distinct numbers, so that ties, and prices exactly on a floor or ceiling, are frequent.
PRICES = ["2850", "2955", "2970", "3000", "3000.0000000001", "3030", "3045", "3150"]
MARGINS = [-500, -150, -149, 0, 1, 100, 150, 500]


@dataclass(frozen=True)
class Wish:
    """An offer of the property test."""

    side: str
    fixed: str | None
    bps: int | None
    floor: str | None
    ceiling: str | None
    min_fiat: int
    max_fiat: int
    remaining: int
    methods: tuple[str, ...]
    state: str


@st.composite
def wishes(pick: st.DrawFn) -> Wish:
    is_fixed = pick(st.booleans())
    floor, ceiling = pick(st.none() | st.sampled_from(PRICES)), pick(st.none() | st.sampled_from(PRICES))
    if floor is not None and ceiling is not None and Decimal(floor) > Decimal(ceiling):
        floor, ceiling = ceiling, floor
    least = pick(st.sampled_from([1, 100, 250]))
    return Wish(
        side=pick(st.sampled_from(["sell", "sell", "buy"])),
        fixed=pick(st.sampled_from(PRICES)) if is_fixed else None,
        bps=None if is_fixed else pick(st.sampled_from(MARGINS)),
        floor=None if is_fixed else floor,
        ceiling=None if is_fixed else ceiling,
        min_fiat=least,
        max_fiat=pick(st.sampled_from([250, 300, 5000])),
        remaining=pick(st.sampled_from([0, ETHER // 30, ETHER // 12, ETHER // 10, 2 * ETHER])),
        methods=pick(st.sampled_from([("sepa",), ("sepa-instant",), ("sepa", "bizum")])),
        state=pick(st.sampled_from(["active"] * 6 + ["paused", "closed"])),
    )


def store(wish: Wish, **changes: Any) -> Offer:
    facts: dict[str, Any] = {
        "maker": sara().account,
        "side": wish.side,
        "asset": asset(),
        "currency": currency(),
        "price_type": "margin" if wish.fixed is None else "fixed",
        "fixed_price": wish.fixed,
        "margin_bps": wish.bps,
        "floor_price": wish.floor,
        "ceiling_price": wish.ceiling,
        "min_fiat": wish.min_fiat,
        "max_fiat": wish.max_fiat,
        "total_units": 2 * ETHER,
        "remaining_units": wish.remaining,
        "payment_window": 1800,
        "confirm_window": 1800,
        "arbitration_window": 86_400,
        "state": wish.state,
        "signature": "0x00",
        "created_at": NOW,
        "updated_at": NOW,
    }
    made = Offer.objects.create(**{**facts, **changes})
    made.methods.set([method(slug) for slug in wish.methods])
    return made


def plain(side: str = "sell", price: str = "3000", **changes: Any) -> Offer:
    wish = Wish(side, price, None, None, None, 100, 5000, 2 * ETHER, ("sepa-instant",), "active")
    return store(wish, **changes)


def floating(bps: int, side: str = "sell", floor: str | None = None, ceiling: str | None = None) -> Offer:
    return store(Wish(side, None, bps, floor, ceiling, 100, 5000, 2 * ETHER, ("sepa-instant",), "active"))


def brute_force(offers: list[Offer], *, side: str, amount: Decimal | None, slug: str | None) -> list[str]:
    """Return the codes as a plain sort of all offers gives them."""
    market = prices.market("ETH", "EUR", now=clock.now())
    wanted = "sell" if side == "buy" else "buy"
    sign = 1 if side == "buy" else -1
    found: list[tuple[bool, Decimal, int, str]] = []
    for one in offers:
        one.refresh_from_db()
        if one.side != wanted or one.state != "active":
            continue
        if slug is not None and not one.methods.filter(slug=slug).exists():
            continue
        price = effective_price(rule_of(one), market)
        if amount is not None and not one.min_fiat <= amount <= one.max_fiat:
            continue
        if price is not None:
            least = money.coins_for(amount if amount is not None else one.min_fiat, price=price, decimals=18)
            if not 0 < least <= one.remaining_units:
                continue
        key = Decimal(one.margin_bps or 0) if price is None else price
        found.append((price is None, sign * key, one.pk, one.code))
    return [code for *_, code in sorted(found)]


def walk(*, limit: int, **query: Any) -> Iterator[BookRow]:
    cursor = None
    while True:
        page = book(asset="ETH", currency="EUR", now=clock.now(), cursor=cursor, limit=limit, **query)
        assert len(page.items) <= limit
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
        assert len(page.items) == limit


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(wishes(), max_size=14),
    market=st.none() | st.sampled_from(["2950", "3000", "3000.0000000001", "2999.99999"]),
    side=st.sampled_from(["buy", "sell"]),
    amount=st.none() | st.sampled_from([Decimal(100), Decimal(250), Decimal("299.99"), Decimal(6000)]),
    slug=st.none() | st.sampled_from(["sepa", "bizum"]),
    limit=st.integers(1, 5),
)
def test_every_page_holds_exactly_what_a_sort_of_all_offers_would_put_there(
    made: list[Wish], market: str | None, side: str, amount: Decimal | None, slug: str | None, limit: int
) -> None:
    catalog()
    with transaction.atomic():
        offers = [store(wish) for wish in made]
        if market is not None:
            market_price(market)
        expected = brute_force(offers, side=side, amount=amount, slug=slug)
        rows = list(walk(side=side, amount=amount, method=slug, limit=limit))
        assert [row.code for row in rows] == expected
        assert count(side=side, asset="ETH", currency="EUR", now=clock.now(), amount=amount, method=slug) == len(
            expected
        )
        transaction.set_rollback(True)


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
    assert (row.market_age, row.minor_units, row.decimals) == (None, 2, 18)


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
    portuguese = plain(price="3001")
    portuguese.methods.set([method("mb-way")])
    anywhere = plain(price="3002")
    anywhere.methods.set([method("cash-in-person")])
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
