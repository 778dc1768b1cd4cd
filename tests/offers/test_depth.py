"""The depth of the book: what can be bought and sold at which distance from the market."""

from decimal import Decimal

import pytest

from exchange.offers.depth import FARTHEST, STEP, Level, count_open, depth
from exchange.offers.models import Offer, OfferState
from tests.builders import asset, fixed, margin, market_price, offer

pytestmark = pytest.mark.django_db
MARKET = Decimal(3000)


def levels() -> dict[int, Level]:
    return {level.bps: level for level in depth(asset().pk, "EUR", market=MARKET)}


def test_an_empty_book_has_no_depth() -> None:
    found = levels()
    assert list(found) == list(range(-FARTHEST, FARTHEST + STEP, STEP))
    assert all((level.to_buy, level.to_sell) == (0, 0) for level in found.values())


def test_sellers_are_summed_from_the_cheapest_and_buyers_from_the_dearest() -> None:
    market_price("3000")
    cheap = int(offer(price=fixed("2985.00")).remaining_units)
    dear = int(offer(price=margin(150)).remaining_units)
    buyer = int(offer(side="buy", price=margin(-100)).remaining_units)
    found = levels()
    assert [found[bps].to_buy for bps in (-100, -50, 100, 150, FARTHEST)] == [
        0,
        cheap,
        cheap,
        cheap + dear,
        cheap + dear,
    ]
    assert [found[bps].to_sell for bps in (-FARTHEST, -150, -100, -50, FARTHEST)] == [buyer, buyer, buyer, 0, 0]


def test_floors_and_ceilings_decide_where_an_offer_stands() -> None:
    market_price("3000")
    units = int(offer(price=margin(0, floor="3100.00")).remaining_units)
    found = levels()
    assert (found[300].to_buy, found[350].to_buy) == (0, units)  # 3.33% above
    Offer.objects.update(floor_price=None, ceiling_price=Decimal("2900.00"))
    found = levels()
    assert (found[-350].to_buy, found[-300].to_buy) == (0, units)  # 3.33% below


def test_offers_far_from_the_market_stand_at_the_edges() -> None:
    market_price("3000")
    far = int(offer(price=fixed("4000.00")).remaining_units)
    found = levels()
    assert found[FARTHEST].to_buy == 0
    assert far > 0


def test_only_open_offers_count() -> None:
    market_price("3000")
    one = offer(price=fixed("3000.00"))
    assert count_open(asset().pk, "EUR") == 1
    unlisted: list[dict[str, str]] = [{"state": OfferState.PAUSED}, {"visibility": "link"}, {"hidden": "hours"}]
    for fields in unlisted:
        Offer.objects.filter(pk=one.pk).update(**{"state": "active", "visibility": "public", "hidden": "", **fields})
        assert count_open(asset().pk, "EUR") == 0
        assert levels()[FARTHEST].to_buy == 0
